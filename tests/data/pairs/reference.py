"""Pair entropy and distinct part of van Hove's function of a shipped run, by numpy.

    python3 tests/data/pairs/reference.py > tests/data/pairs/reference.json

from the root of the repository, with MDAnalysis 2.x to read the frames. All distances of all pairs
of particles are made, and every formula is written anew: s2 with its noise taken off, its
jackknife over blocks of frames, its tail and what bins of twice the width give.
"""

import json

import MDAnalysis as mda
import numpy as np

EVERY = 40
BINS = 96
BLOCKS = 5
# In frames after thinning.
LAGS = [0, 1, 6]

reader = mda.lib.formats.libmdaxdr.XTCFile("data/kob-andersen/T0.700/trajectory.xtc")
read = list(reader)
frames = np.array([frame.x for frame in read][::EVERY], dtype=np.float64)
EDGE = float(read[0].box[0, 0])
count, particles, _ = frames.shape
who = {"A": np.arange(particles) < 800, "B": np.arange(particles) >= 800}
volume = EDGE**3
edges = np.linspace(0.0, EDGE / 2, BINS + 1)
shells = 4 / 3 * np.pi * np.diff(edges**3)
pairs = [("A", "A"), ("A", "B"), ("B", "B")]


def distances(first, second):
    d = second[None, :, :] - first[:, None, :]
    d -= EDGE * np.rint(d / EDGE)
    return np.sqrt((d**2).sum(axis=2))


def counted(r, rows, columns):
    inside = rows[:, None] & columns[None, :] & ~np.eye(particles, dtype=bool)
    return np.histogram(r[inside], edges)[0] / 1.0


def functions(first, second):
    """g(r, t) of each pair of species and of all particles."""
    r = distances(first, second)
    everyone = np.ones(particles, dtype=bool)
    found = {}
    for a, b in pairs:
        n = 0.5 * (counted(r, who[a], who[b]) + counted(r, who[b], who[a]))
        found[a + b] = n * volume / shells / (who[a].sum() * (who[b].sum() - (a == b)))
    found["total"] = counted(r, everyone, everyone) * volume / shells / (particles * (particles - 1))
    return found


def blocks(items):
    ends = [round(k * count / BLOCKS) for k in range(BLOCKS + 1)]
    return [items[start:end] for start, end in zip(ends, ends[1:])]


def excess(g):
    return np.where(g > 0, g * np.log(np.where(g > 0, g, 1.0)) - g + 1, 1.0)


def wider(g):
    return (g * shells).reshape(-1, 2).sum(axis=1) / shells.reshape(-1, 2).sum(axis=1)


def jackknife(of_blocks, sizes):
    sums = np.array([of.sum(axis=0) for of in of_blocks])
    without = np.array([(sums.sum(axis=0) - s) / (sizes.sum() - n) for s, n in zip(sums, sizes)])
    return sums.sum(axis=0) / sizes.sum(), without


def spread(without):
    n = len(without)
    return np.sqrt((n - 1) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0))


at_zero = [functions(frame, frame) for frame in frames]
value, coarse, noise, running = 0.0, 0.0, 0.0, np.zeros(BINS)
on_resamples = np.zeros(BLOCKS)
parts = {}
sizes = np.array([len(block) for block in blocks(range(count))])
for a, b in pairs:
    of_blocks = [np.array(of) for of in blocks([g[a + b] for g in at_zero])]
    g, without = jackknife(of_blocks, sizes)
    weight = who[a].mean() * who[b].mean() * (1 if a == b else 2)
    scale = -0.5 * particles / volume * weight
    some = g > 0
    correction = np.zeros(BINS)
    correction[some] = scale * shells[some] * 0.5 * spread(without)[some] ** 2 / g[some]
    integrand = scale * shells * excess(g) - correction
    running += np.cumsum(integrand)
    parts[a + b] = integrand.sum()
    noise += correction.sum()
    on_resamples += (scale * shells * excess(without)).sum(axis=1)
    broad, of_broad = wider(g), np.array([wider(w) for w in without])
    area = shells.reshape(-1, 2).sum(axis=1)
    some = broad > 0
    corrected = np.zeros(BINS // 2)
    corrected[some] = scale * area[some] * 0.5 * spread(of_broad)[some] ** 2 / broad[some]
    coarse += (scale * area * excess(broad) - corrected).sum()
value = running[-1]

lags = []
for lag in LAGS:
    found = [functions(frames[k], frames[k + lag]) for k in range(count - lag)]
    lags.append({name: np.mean([f[name] for f in found], axis=0).tolist() for name in found[0]})

print(
    json.dumps(
        {
            "every": EVERY,
            "frames": count,
            "bins": BINS,
            "blocks": BLOCKS,
            "pair_entropy": {
                "value": value,
                "standard_error": float(spread(on_resamples)),
                "noise": noise,
                "binning": value - coarse,
                "tail": value - running[BINS // 2 - 1],
                "running": running.tolist(),
                "parts": parts,
            },
            "lags": LAGS,
            "g": lags,
        },
        indent=1,
    )
)
