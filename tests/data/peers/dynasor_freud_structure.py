"""Writes dynasor_freud_structure.json: S(q) by dynasor and g(r) by freud, independent programs, of a shipped trajectory.

python dynasor_freud_structure.py ../../../data/kob-andersen/T0.700/trajectory.xtc
with numpy 2.4.6, dynasor 2.5, freud-analysis 3.4.0 and mdtraj 1.11.1 (which decodes XTC to single precision, as every reader does).

dynasor: double precision, exact at the vectors given. Its partials are <Re rho_a rho_b*>/N, and that of two species holds both orders: to
Ashcroft and Langreth's normalisation by N/sqrt(N_a N_b), one half of it for two species. freud: single precision.
"""

import importlib.metadata
import json
import logging
import sys

import dynasor
import freud
import numpy as np
from dynasor.trajectory.trajectory_frame import TrajectoryFrame
from mdtraj.formats import XTCTrajectoryFile

BOX, EVERY, QMAX, RMAX, BINS = 9.41036028881, 100, 9.0, 4.5, 90
COUNTS = {"A": 800, "B": 200}
INDICES = {"A": np.arange(800), "B": np.arange(800, 1000)}

logging.getLogger("dynasor").setLevel(logging.ERROR)
with XTCTrajectoryFile(sys.argv[1]) as file:
    xyz = file.read()[0].astype(np.float64)[::EVERY]

k = 2 * np.pi / BOX
m = int(QMAX / k)
n = np.array(np.meshgrid(*[np.arange(-m, m + 1)] * 3, indexing="ij")).reshape(3, -1).T
x, y, z = n.T
n = n[(k * np.sqrt((n**2).sum(1)) <= QMAX) & ((x > 0) | ((x == 0) & ((y > 0) | ((y == 0) & (z > 0)))))]


class Frames:  # stands in for dynasor's reader: frames from memory
    cell, n_atoms, frame_step, number_of_frames_read = np.eye(3) * BOX, 1000, 1, len(xyz)
    has_positions, has_velocities = True, False
    atomic_indices, atom_types = INDICES, ["A", "B"]

    def __init__(self):
        self.left = iter(range(len(xyz)))

    def __iter__(self):
        return self

    def __next__(self):
        i = next(self.left)
        return TrajectoryFrame(INDICES, i, xyz[i], None, None, properties=("positions",))


sample = dynasor.compute_static_structure_factors(Frames(), n * k)
assert np.allclose(sample.q_points, n * k)
shells = np.unique((n**2).sum(1))
by_shell = lambda s: [float(f"{np.ravel(s)[(n**2).sum(1) == h].mean():.12e}") for h in shells]
s_of_q = {
    "A-A": by_shell(sample.Sq_A_A * 1000 / COUNTS["A"]),
    "A-B": by_shell(sample.Sq_A_B * 1000 / 2 / np.sqrt(COUNTS["A"] * COUNTS["B"])),
    "B-B": by_shell(sample.Sq_B_B * 1000 / COUNTS["B"]),
    "total": by_shell(sample.Sq),
}

box = freud.box.Box.cube(BOX)
rdf = {}
for name, a, b, mode in [("A-A", "A", "A", "finite_size"), ("A-B", "A", "B", "exact"), ("B-B", "B", "B", "finite_size")]:
    g = freud.density.RDF(bins=BINS, r_max=RMAX, normalization_mode=mode)
    for r in xyz:
        p = box.wrap(r).astype(np.float32)
        if a == b:
            g.compute((box, p[INDICES[a]]), reset=False)
        else:
            g.compute((box, p[INDICES[b]]), query_points=p[INDICES[a]], reset=False)
    rdf[name] = [float(f"{v:.7e}") for v in g.rdf]

result = {
    "programs": [f"{p} {importlib.metadata.version(p)}" for p in ("dynasor", "freud-analysis")],
    "file": "data/kob-andersen/T0.700/trajectory.xtc",
    "box": BOX,
    "every": EVERY,
    "h2": shells.tolist(),
    "s_of_q": s_of_q,
    "r_max": RMAX,
    "rdf": rdf,
}
with open("dynasor_freud_structure.json", "w") as out:
    json.dump(result, out, indent=1)
    out.write("\n")
