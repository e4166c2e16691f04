"""Reference values of golden::virial, from tests/data/virial/*.dat.gz by numpy alone.

Variances and the covariance are those of an infinite run: the mean over the run about its mean, and the spread of the means of ten blocks.
"""
import gzip, json, sys
import numpy as np

N, V, g = 1000, 9.41036028881**3, 2.997

def covariance(a, b, blocks=10):
    n = len(a)
    edges = [n * k // blocks for k in range(blocks + 1)]
    da, db = a - a.mean(), b - b.mean()
    between = sum((e - s) * da[s:e].mean() * db[s:e].mean() for s, e in zip(edges, edges[1:]))
    return (da * db).mean() + between / (blocks - 1) / n

out = {}
for name in ["nvt", "nve"]:
    u, t, p = np.loadtxt(gzip.open(f"tests/data/virial/{name}.dat.gz", "rt"), unpack=True)[1:]
    w = p * V - g * N * t / 3
    uu, uw, ww = covariance(u, u), covariance(u, w), covariance(w, w)
    r, T = uw / np.sqrt(uu * ww), t.mean()
    if name == "nve":
        y = 2 * uu / N / (g * T**2)
        c = g / 2 * y / (1 - y)
    else:
        c = uu / N / T**2
    x = c / (c + g / 2)
    out[name] = {
        "R": r,
        "R_canonical": r / np.sqrt(1 - x + x * r * r) if name == "nve" else r,
        "gamma": uw / uu,
        "pressure_coefficient": uw / uu * c * N / V,
        "mean_pressure": p.mean(),
        "mean_virial": w.mean() / N,
    }
json.dump(out, sys.stdout, indent=1)
