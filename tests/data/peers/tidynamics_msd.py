"""Writes tidynamics_msd.json: the mean squared displacement of a shipped trajectory by tidynamics, an independent program.

python tidynamics_msd.py ../../../data/kob-andersen/T0.700/trajectory.xtc
with numpy 2.x, tidynamics 1.1.2 and mdtraj 1.11.1 (which decodes XTC to single precision, as every reader does).
"""

import importlib.metadata
import json
import sys

import numpy as np
import tidynamics
from mdtraj.formats import XTCTrajectoryFile

with XTCTrajectoryFile(sys.argv[1]) as file:
    xyz, _, step, _ = file.read()
x = xyz.astype(np.float64)
x -= x.mean(0)  # tidynamics does not centre: far from the origin that would cost digits
species = {"A": range(800), "B": range(800, 1000)}
msd = {name: np.mean([tidynamics.msd(x[:, p]) for p in who], axis=0) for name, who in species.items()}
msd["all"] = 0.8 * msd["A"] + 0.2 * msd["B"]
lags = sorted({round(10 ** (k / 8)) for k in range(25) if 10 ** (k / 8) < len(x)} | {len(x) - 1})
result = {
    "program": f"tidynamics {importlib.metadata.version('tidynamics')}",
    "file": "data/kob-andersen/T0.700/trajectory.xtc",
    "frames": len(x),
    "lags": lags,
    "msd": {name: [float(f"{y[m]:.12e}") for m in lags] for name, y in msd.items()},
}
with open("tidynamics_msd.json", "w") as out:
    json.dump(result, out, indent=1)
    out.write("\n")
