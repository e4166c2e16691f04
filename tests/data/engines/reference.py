"""Means, variances and heat capacities of the energy files, by numpy alone: python3 reference.py > reference.json

C_ex in k per particle, uncorrected for the length of the run, T the mean of the temperature column:
  canonical        N var(e)/(k T)^2
  constant energy  y = 2 N var(e)/(g (k T)^2), (g/2) y/(1 - y), g = (3N - 3)/N
with var(e) the variance of the energy per particle (divisor n).
"""
import gzip, json
import numpy as np

KJ_PER_MOL = 8.31446261815324e-3
EV = 1.380649e-23 / 1.602176634e-19
HARTREE = 1.380649e-23 / 4.3597447222071e-18


def table(file, separator=None):
    open_ = gzip.open if file.endswith(".gz") else open
    with open_(file, "rt") as lines:
        rows = [line for line in lines if line[0] not in "#@T"]
    return np.array([[float(x) for x in row.split(separator)] for row in rows])


def reference(rows, energy, temperature, n, k, ensemble, per_particle=False):
    e, t = rows[:, energy], rows[:, temperature].mean()
    e = e if per_particle else e / n
    v = n * e.var()
    g = (3 * n - 3) / n
    y = 2 * v / (g * (k * t) ** 2)
    c = v / (k * t) ** 2 if ensemble == "nvt" else 0.5 * g * y / (1 - y)
    return {"rows": len(e), "particles": n, "ensemble": ensemble, "mean_energy": e.mean(), "energy_variance": e.var(),
            "temperature": t, "heat_capacity": c}


print(json.dumps({
    "argon.xvg": reference(table("argon.xvg"), 1, 4, 216, KJ_PER_MOL, "nvt"),
    "argon.csv.gz": reference(table("argon.csv.gz", ","), 2, 5, 216, KJ_PER_MOL, "nvt"),
    "argon_time.txt.gz": reference(table("argon_time.txt.gz"), 1, 2, 216, KJ_PER_MOL, "nvt"),
    "copper.log": reference(table("copper.log"), 2, 4, 32, EV, "nve"),
    "copper_peratom.log": reference(table("copper_peratom.log"), 2, 4, 32, EV, "nve", True),
    "argon-1.ener.gz": reference(table("argon-1.ener.gz"), 4, 3, 216, HARTREE, "nvt"),
}, indent=1))
