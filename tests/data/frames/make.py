"""Writes small DCD, TRR and GSD files with other programs, and what those programs read back.

MDAnalysis 2.11 (DCD, TRR), OpenMM 8.6 (DCD), gsd 5.0 (GSD 2, and GSD 1 by its own header), LAMMPS
(`dump dcd`). Run in a virtual environment that has them: python make.py OUT LMP
"""
import json, struct, subprocess, sys, warnings
from pathlib import Path
import numpy as np
warnings.filterwarnings("ignore")
import MDAnalysis as mda
import gsd.hoomd, gsd.fl
from MDAnalysis.lib.formats.libdcd import DCDFile
from MDAnalysis.lib.formats.libmdaxdr import TRRFile

out = Path(sys.argv[1]); out.mkdir(parents=True, exist_ok=True)
lmp = sys.argv[2]
rng = np.random.default_rng(7)
N, F = 11, 4
walk = np.cumsum(rng.normal(0, 0.7, (F, N, 3)), axis=0) + rng.uniform(0, 9, (N, 3))
walk = walk.astype(np.float32)
reference = {}

def note(name, steps, positions, cells, by, **more):
    reference[name] = {"by": by, "steps": [int(s) for s in steps],
        "positions": [[float(x) for x in np.ravel(p)] for p in positions],
        "cells": [None if c is None else [float(x) for x in np.ravel(c)] for c in cells], **more}

def vectors(dimensions):
    return None if dimensions is None else mda.lib.mdamath.triclinic_vectors(dimensions, dtype=np.float64)

def by_mda(name, **more):
    u = mda.Universe.empty(more.pop("n", N), trajectory=False)
    u.load_new(str(out / name), convert_units=False)
    steps, positions, cells = [], [], []
    for ts in u.trajectory:
        positions.append(ts.positions.copy()); cells.append(vectors(ts.dimensions))
    return positions, cells

# DCD by MDAnalysis: cosines or degrees are its own business; a cell that changes; first step 500, every 50.
with DCDFile(str(out / "mdanalysis.dcd"), "w") as f:
    f.write_header(remarks="written by MDAnalysis", natoms=N, istart=500, nsavc=50, delta=0.05, is_periodic=1)
    for i, x in enumerate(walk):
        f.write(x, box=[20 + i, 70, 21, 80, 90, 22])
p, c = by_mda("mdanalysis.dcd")
note("mdanalysis.dcd", [500 + 50 * i for i in range(F)], p, c, "MDAnalysis")

# DCD by OpenMM.
import openmm, openmm.app, openmm.unit as un
top = openmm.app.Topology(); ch = top.addChain(); r = top.addResidue("X", ch)
for i in range(N): top.addAtom(f"A{i}", openmm.app.Element.getBySymbol("Ar"), r)
top.setPeriodicBoxVectors(np.diag([2.5, 2.6, 2.7]) * un.nanometer)
with open(out / "openmm.dcd", "wb") as f:
    d = openmm.app.DCDFile(f, top, 0.002 * un.picoseconds, firstStep=1000, interval=100)
    for x in walk:
        d.writeModel(x * un.angstrom, periodicBoxVectors=[openmm.Vec3(2.5, 0, 0), openmm.Vec3(0.5, 2.6, 0), openmm.Vec3(-0.4, 0.3, 2.7)] * un.nanometer)
p, c = by_mda("openmm.dcd")
note("openmm.dcd", [1000 + 100 * i for i in range(F)], p, c, "OpenMM, read by MDAnalysis")

# The OpenMM file in the other byte order, and with record lengths of eight bytes: rewritten record by record.
def records(data):
    at = 0
    while at < len(data):
        (n,) = struct.unpack_from("<i", data, at)
        yield data[at + 4: at + 4 + n]; at += n + 8
def rewrite(src, dst, swap, wide):
    recs = list(records((out / src).read_bytes())); o = b""
    for k, r in enumerate(recs):
        if swap:
            if k == 0: r = r[:4] + b"".join(r[i:i + 4][::-1] for i in range(4, len(r), 4))
            elif k == 1: r = r[:4][::-1] + r[4:]
            elif len(r) == 48: r = b"".join(r[i:i + 8][::-1] for i in range(0, 48, 8))
            else: r = b"".join(r[i:i + 4][::-1] for i in range(0, len(r), 4))
        m = struct.pack((">" if swap else "<") + ("q" if wide else "i"), len(r))
        o += m + r + m
    (out / dst).write_bytes(o)
rewrite("openmm.dcd", "swapped.dcd", True, False)
rewrite("openmm.dcd", "wide.dcd", False, True)
p2, c2 = by_mda("swapped.dcd")
assert np.array_equal(p, p2)
note("swapped.dcd", [1000 + 100 * i for i in range(F)], p2, c2, "rewritten in the other byte order, read by MDAnalysis")
# MDAnalysis 2.11 does not read this one: what it read of the original is the reference.
note("wide.dcd", [1000 + 100 * i for i in range(F)], p, c, "openmm.dcd rewritten with record lengths of eight bytes; the original read by MDAnalysis")

# Fixed particles, as CHARMM writes them: frames after the first have the free ones alone.
free = [2, 3, 5, 7, 8, 11]
def rec(b): return struct.pack("<i", len(b)) + b + struct.pack("<i", len(b))
icntrl = [0] * 20
icntrl[0], icntrl[1], icntrl[2], icntrl[8], icntrl[19] = F, 10, 10, N - len(free), 24
ctrl = b"CORD" + struct.pack("<9i", *icntrl[:9]) + struct.pack("<f", 0.02) + struct.pack("<10i", *icntrl[10:])
o = rec(ctrl) + rec(struct.pack("<i", 1) + b"fixed atoms".ljust(80)) + rec(struct.pack("<i", N)) + rec(struct.pack(f"<{len(free)}i", *free))
idx = np.array(free) - 1
for k, x in enumerate(walk):
    s = x if k == 0 else x[idx]
    for a in range(3): o += rec(s[:, a].astype("<f4").tobytes())
(out / "fixed.dcd").write_bytes(o)
p, c = by_mda("fixed.dcd")
note("fixed.dcd", [10 + 10 * i for i in range(F)], p, [None] * F, "hand-written as CHARMM does, read by MDAnalysis")

# DCD by LAMMPS: tilted cell, lj units, unwrapped.
script = f"""
units lj
atom_style atomic
region r prism 0 6 0 5 0 4 1 -0.5 0.7
create_box 2 r
create_atoms 1 random 11 12345 r overlap 0.6 maxtry 500
set group all type/fraction 2 0.4 99
mass * 1
pair_style lj/cut 1.2
pair_coeff * * 0.1 0.5
velocity all create 2.0 4321
fix 1 all nve
timestep 0.01
reset_timestep 700
dump d all dcd 70 lammps.dcd
dump_modify d unwrap yes
dump t all custom 70 lammps.lammpstrj id type xu yu zu
dump_modify t sort id format float %.9g
run 280
"""
(out / "in.lmp").write_text(script)
r = subprocess.run([lmp, "-in", "in.lmp", "-log", "none"], cwd=out, capture_output=True, text=True)
assert r.returncode == 0, r.stdout[-2000:] + r.stderr[-2000:]
p, c = by_mda("lammps.dcd")
note("lammps.dcd", [700 + 70 * i for i in range(len(p))], p, c, "LAMMPS, read by MDAnalysis")

# TRR, single precision, with velocities and forces in some frames.
v = rng.normal(0, 1, (F, N, 3)).astype(np.float32)
box = np.array([[2.5, 0, 0], [0.5, 2.6, 0], [-0.4, 0.3, 2.7]], dtype=np.float32)
with TRRFile(str(out / "single.trr"), "w") as f:
    for i, x in enumerate(walk / 10):
        f.write(x, v[i] if i % 2 else None, -v[i] if i == 3 else None, box + np.float32(0.01) * i * np.eye(3, dtype=np.float32), 250 * i, 0.5 * i, 0.0, N)
steps, p, c = [], [], []
with TRRFile(str(out / "single.trr")) as f:
    for fr in f:
        steps.append(fr.step); p.append(fr.x.copy()); c.append(fr.box.copy())
note("single.trr", steps, p, c, "MDAnalysis")

# TRR, double precision: written by hand from GROMACS' layout; a frame without positions in between.
def trr(x, v, f, box, step, t, real):
    sz = {"f": 4, "d": 8}[real]; n = N
    size = lambda a: 0 if a is None else a.size * sz
    h = struct.pack(">ii", 1993, 13) + struct.pack(">i", 12) + b"GMX_trn_file"
    h += struct.pack(">13i", 0, 0, size(box), 0, 0, 0, 0, size(x), size(v), size(f), n, step, 0)
    h += struct.pack(">2" + real, t, 0.0)
    for a in (box, x, v, f):
        if a is not None: h += np.asarray(a, dtype=">f8" if real == "d" else ">f4").tobytes()
    return h
box64 = box.astype(np.float64) + 1e-9
walk64 = walk.astype(np.float64) / 10 + 1e-9
o = b""
for i in range(F):
    o += trr(None, v[i], None, box64, 40 * i, 0.04 * i, "d") if i == 1 else trr(walk64[i], None, None, box64, 40 * i, 0.04 * i, "d")
(out / "double.trr").write_bytes(o)
steps, p, c = [], [], []
with TRRFile(str(out / "double.trr")) as f:
    for fr in f:
        if fr.hasx: steps.append(fr.step); p.append(fr.x.copy()); c.append(fr.box.copy())
note("double.trr", steps, p, c, "hand-written as GROMACS does, read by MDAnalysis, in single precision")

# GSD 2: chunks that change alone, image flags in some frames.
L = np.array([9.0, 8.0, 7.0])
def frame(i, **k):
    s = gsd.hoomd.Frame(); s.configuration.step = 300 + 30 * i
    s.configuration.box = [9, 8, 7, 0.1, -0.2, 0.3]; s.particles.N = N
    s.particles.types = ["A", "Bee"]; s.particles.typeid = [0] * 7 + [1] * 4
    a = np.array([[9, 0, 0], [0.8, 8, 0], [-1.4, 2.1, 7]])
    frac = walk[i] @ np.linalg.inv(a); im = np.floor(frac + 0.5)
    s.particles.position = ((frac - im) @ a).astype(np.float32); s.particles.image = im.astype(np.int32)
    return s
with gsd.hoomd.open(out / "images.gsd", "w") as f:
    for i in range(F): f.append(frame(i))
with gsd.hoomd.open(out / "plain.gsd", "w") as f:  # as HOOMD-blue by default: images in frame 0 alone
    for i in range(F):
        s = frame(i)
        if i: s.particles.image = None; s.configuration.box = None; s.particles.types = None; s.particles.typeid = None
        f.append(s)
def by_gsd(name):
    with gsd.hoomd.open(out / name, "r") as f:
        st, p, c, im = [], [], [], []
        for s in f:
            lx, ly, lz, xy, xz, yz = [float(x) for x in s.configuration.box]
            st.append(s.configuration.step); p.append(s.particles.position.copy())
            c.append([lx, 0, 0, xy * ly, ly, 0, xz * lz, yz * lz, lz]); im.append([int(x) for x in np.ravel(s.particles.image)])
        note(name, st, p, c, "gsd", images=im, typeid=[int(x) for x in s.particles.typeid], types=list(s.particles.types))
by_gsd("images.gsd"); by_gsd("plain.gsd")

# GSD 1: the same chunks under a header and names of version 1, which pads names to 64 bytes.
def version1(src, dst):
    with gsd.fl.open(str(out / src), "r") as f:
        names = f.find_matching_chunk_names("")
        per = [[(n, f.read_chunk(i, n)) for n in names if f.chunk_exists(i, n)] for i in range(f.nframes)]
    kinds = {"uint8": 1, "uint32": 3, "uint64": 4, "int8": 5, "int32": 7, "float32": 9}
    body, index, at = b"", b"", 256
    for i, chunks in enumerate(per):
        for n, a in chunks:
            rows, cols = (a.shape[0], a.shape[1] if a.ndim > 1 else 1)
            b = a.tobytes()
            index += struct.pack("<QQqIHBB", i, rows, at, cols, names.index(n), kinds[str(a.dtype)], 0)
            body += b; at += len(b)
    nl = b"".join(n.encode().ljust(64, b"\0") for n in names) + b"\0" * 64 * 4
    cnt = len(index) // 32 + 5
    ix = index + b"\0" * 32 * 5
    h = struct.pack("<QQQQQII", 0x65DF65DF65DF65DF, at + len(nl), cnt, at, len(nl) // 64, (1 << 16) | 4, 1 << 16)
    h += b"made from the other".ljust(64, b"\0") + b"hoomd".ljust(64, b"\0") + b"\0" * 80
    assert len(h) == 256
    (out / dst).write_bytes(h + body + nl + ix)
version1("images.gsd", "version1.gsd")
by_gsd("version1.gsd")

(out / "reference.json").write_text(json.dumps(reference))
(out / "in.lmp").unlink()
for p in sorted(out.iterdir()): print(p.name, p.stat().st_size)
