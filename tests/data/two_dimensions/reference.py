"""Reference values of the two-dimensional run in this folder, by direct sums with numpy.

    python3 reference.py > reference.json

Everything follows from its definition in the plane: all pairs of frames at a lag, all vectors of a
ring, all pairs of particles.
"""

import gzip
import json

import numpy as np

EDGE = 18.2574185835

text = gzip.open("ka2d.lammpstrj.gz", "rt").read().split("ITEM: TIMESTEP\n")[1:]
frames = np.array([np.array([row.split() for row in frame.split("\n")[8:-1]], float) for frame in text])
kind, x = frames[0, :, 1].astype(int), frames[:, :, 2:4]
assert (frames[:, :, 4] == 0.0).all()
species = {"A": kind == 1, "B": kind == 2, "all": kind > 0}
lags = [1, 3, 10, 30]


def ring(low, high):
    """Vectors of a length in the range, of q and -q one."""
    last = int(high * EDGE / (2 * np.pi)) + 1
    n = [(h, k) for h in range(last + 1) for k in range(-last, last + 1) if h > 0 or k > 0]
    q = 2 * np.pi * np.array(n) / EDGE
    length = np.hypot(*q.T)
    return q[(length >= low) & (length <= high)]


def factor(q, a, b):
    rho = [np.exp(1j * x[:, of] @ q.T).sum(1) for of in (a, b)]
    return float((rho[0] * rho[1].conj()).real.mean() / np.sqrt(a.sum() * b.sum()))


def rdf(a, b, edges):
    counts = np.zeros(len(edges) - 1)
    for frame in x:
        d = frame[a][:, None] - frame[b][None]
        d -= EDGE * np.round(d / EDGE)
        r = np.hypot(d[..., 0], d[..., 1])
        counts += np.histogram(r[r > 0], edges)[0]
    others = b.sum() - (1 if (a == b).all() else 0)
    rings = np.pi * np.diff(edges**2)
    return (counts / len(x) * EDGE**2 / (a.sum() * others * rings)).tolist()


main = ring(6.0, 6.5)
of_species = {}
for name, of in species.items():
    msd, alpha2, isf, isotropic, overlap, chi4 = [], [], [], [], [], []
    for lag in lags:
        d = x[lag:, of] - x[:-lag, of]
        r2 = (d**2).sum(-1)
        msd.append(r2.mean())
        alpha2.append(2 * (r2**2).mean() / (4 * r2.mean() ** 2) - 1)
        isf.append(np.cos(d @ main.T).mean())
        # J0 as the average over directions, by the trapezoidal rule.
        angle = 2 * np.pi * np.arange(128) / 128
        isotropic.append(np.mean([np.cos(6.25 * np.sqrt(r2) * np.cos(a)).mean() for a in angle]))
        near = (r2 < 0.3**2).mean(1)
        overlap.append(near.mean())
        chi4.append(of.sum() * near.var())
    of_species[name] = {"msd": msd, "alpha2": alpha2, "self_isf": isf, "isotropic_self_isf": isotropic, "overlap": overlap, "chi4": chi4}

# Edges that no distance of numbers with three decimals meets.
edges = np.linspace(0.0, 3.9712345, 41)
d = x[10:] - x[:-10]
moved = np.histogram(np.hypot(d[..., 0], d[..., 1]), np.linspace(0.0, 1.9712345, 21))[0] / d[..., 0].size
pairs = {"A-A": ("A", "A"), "A-B": ("A", "B"), "B-B": ("B", "B"), "total": ("all", "all")}
print(
    json.dumps(
        {
            "lags": lags,
            "wave_vectors": len(main),
            "by_species": of_species,
            "static_structure": {name: factor(main, species[a], species[b]) for name, (a, b) in pairs.items()},
            "rdf": {name: rdf(species[a], species[b], edges) for name, (a, b) in pairs.items()},
            "van_hove": (moved / (np.pi * np.diff(np.linspace(0.0, 1.9712345, 21) ** 2))).tolist(),
        },
        indent=1,
    )
)
