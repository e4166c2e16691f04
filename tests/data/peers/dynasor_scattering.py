"""Writes dynasor_scattering.json: F_s(q,t) and F(q,t) by dynasor, an independent program, of a shipped trajectory.

python dynasor_scattering.py ../../../data/kob-andersen/T0.700/trajectory.xtc
with numpy 2.4.6, dynasor 2.5 and mdtraj 1.11.1 (which decodes XTC to single precision, as every reader does).

Its functions are sums over particles over N, and that of two species holds both orders: to the normalisation by the particles of the
species by N/N_a for F_s, N/sqrt(N_a N_b) for F, one half of it for two species. Averaged over the vectors here.
"""

import importlib.metadata
import json
import logging
import sys

import dynasor
import numpy as np
from dynasor.trajectory.trajectory_frame import TrajectoryFrame
from mdtraj.formats import XTCTrajectoryFile

BOX, EVERY, WINDOW = 9.41036028881, 4, 40
COUNTS = {"A": 800, "B": 200}
INDICES = {"A": np.arange(800), "B": np.arange(800, 1000)}
VECTORS = [[0, 3, 10], [1, -2, 1], [3, 4, -9], [5, 9, 2], [6, 6, 6], [10, 0, -4], [10, 3, 0], [11, 1, 0]]

logging.getLogger("dynasor").setLevel(logging.ERROR)
with XTCTrajectoryFile(sys.argv[1]) as file:
    xyz = file.read()[0].astype(np.float64)[::EVERY]


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


q = np.array(VECTORS) * (2 * np.pi / BOX)
sample = dynasor.compute_dynamic_structure_factors(
    Frames(), q, dt=1.0, window_size=WINDOW, window_step=1, calculate_incoherent=True
)
assert np.allclose(sample.q_points, q)
mean = lambda f, scale: [float(f"{v:.12e}") for v in f.mean(0) * scale]
A, B = COUNTS["A"], COUNTS["B"]
result = {
    "programs": [f"dynasor {importlib.metadata.version('dynasor')}"],
    "file": "data/kob-andersen/T0.700/trajectory.xtc",
    "box": BOX,
    "every": EVERY,
    "vectors": VECTORS,
    "self": {"A": mean(sample.Fqt_incoh_A, 1000 / A), "B": mean(sample.Fqt_incoh_B, 1000 / B)},
    "coherent": {
        "A-A": mean(sample.Fqt_coh_A_A, 1000 / A),
        "A-B": mean(sample.Fqt_coh_A_B, 1000 / 2 / np.sqrt(A * B)),
        "B-B": mean(sample.Fqt_coh_B_B, 1000 / B),
        "total": mean(sample.Fqt_coh, 1),
    },
}
with open("dynasor_scattering.json", "w") as out:
    json.dump(result, out, indent=1)
    out.write("\n")
