"""Energies, structure and displacements of the water run, by numpy alone:

  echo 0 | gmx_d trjconv -f water.xtc -s nve.tpr -o all.gro
  python3 reference.py all.gro > reference.json

C_ex in k per molecule at constant energy, uncorrected, T the mean of the temperature column, N = 216, g = 6 - 3/N:
  y = 2 N var(e)/(g (k T)^2), (g/2) y/(1 - y)
Molecules are made whole around their oxygen. S(q) = <|sum_j exp(-i q.r_j)|^2>/N over the vectors 2 pi/L n of one n^2, +n and -n counted once. The MSD of
the centres of mass: displacements between frames by the nearest image, all time origins; masses 15.9994 and 1.008. F_s of the centres of mass over the
vectors of 10 to 13 per nm, and tau_alpha: where it falls to 1/e, linear in ln t between two lags.
"""
import gzip, json, sys
import numpy as np

N, K = 216, 8.31446261815324e-3
with gzip.open("energy.xvg.gz", "rt") as lines:
    rows = np.array([[float(x) for x in line.split()] for line in lines if line[0] not in "#@"])
e, t = rows[:, 1] / N, rows[:, 4].mean()
g = 6 - 3 / N
y = 2 * N * e.var() / (g * (K * t) ** 2)
energies = {"rows": len(e), "mean_energy": e.mean(), "energy_variance": e.var(), "temperature": t, "heat_capacity": 0.5 * g * y / (1 - y),
            "energy_ratio": e.std() / (0.5 * g * K * rows[:, 4].std())}

frames, times, cells = [], [], []
with open(sys.argv[1]) as lines:
    for title in lines:
        times.append(float(title.split("t=")[1].split()[0]))
        atoms = [next(lines) for _ in range(int(next(lines)))]
        frames.append([[float(a[20:28]), float(a[28:36]), float(a[36:44])] for a in atoms])
        cells.append([float(x) for x in next(lines).split()])
r, cells = np.array(frames), np.array(cells)
assert (cells == cells[0]).all() and (cells[0] == cells[0, 0]).all()
L = cells[0, 0]
r = r.reshape(len(r), N, 3, 3)
oxygen = r[:, :, 0]
arms = r - oxygen[:, :, None]
arms -= L * np.round(arms / L)
com = oxygen + np.einsum("a,fmax->fmx", np.array([15.9994, 1.008, 1.008]) / 18.0154, arms)
steps = np.diff(com, axis=0)
steps -= L * np.round(steps / L)
path = np.concatenate([com[:1], com[:1] + np.cumsum(steps, axis=0)])
lags = [1, 2, 4, 8, 16, 32, 60]
msd = [((path[k:] - path[:-k]) ** 2).sum(-1).mean() for k in lags]

half = 8
grid = [(a, b, c) for a in range(-half, half + 1) for b in range(-half, half + 1) for c in range(-half, half + 1)
        if (a, b, c) > (0, 0, 0) and a * a + b * b + c * c <= half * half]
grid = np.array(grid)
squares = (grid ** 2).sum(1)


def structure_factor(x):
    q = 2 * np.pi / L * grid
    rho2 = np.zeros(len(q))
    for frame in x:
        rho2 += np.abs(np.exp(-1j * frame @ q.T).sum(0)) ** 2
    return rho2 / (len(x) * N)


q = 2 * np.pi / L * grid
shell = q[(np.linalg.norm(q, axis=1) >= 10) & (np.linalg.norm(q, axis=1) <= 13)]
isf_lags = list(range(1, 13))
isf = [np.mean([np.cos((path[k:] - path[:-k])[:, :, None, :] @ v).mean() for v in shell]) for k in isf_lags]
times_of = [k * (times[1] - times[0]) for k in isf_lags]
at = next(k for k, f in enumerate(isf) if f <= np.exp(-1))
part = (isf[at - 1] - np.exp(-1)) / (isf[at - 1] - isf[at])
tau_alpha = times_of[at - 1] * (times_of[at] / times_of[at - 1]) ** part

shells = sorted(set(squares))
of = {name: structure_factor(x) for name, x in (("centres_of_mass", com), ("oxygen", oxygen))}
print(json.dumps({
    "energies": energies, "edge": L, "frames": len(r), "frame_interval": times[1] - times[0],
    "msd": {"lag_time": [k * (times[1] - times[0]) for k in lags], "value": msd},
    "self_isf": {"q": [10, 13], "wave_vectors": len(shell), "lag_time": times_of, "value": isf, "tau_alpha": tau_alpha},
    "s_of_q": {"q": [2 * np.pi / L * s ** 0.5 for s in shells], "wave_vectors": [int((squares == s).sum()) for s in shells],
               **{name: [s2[squares == s].mean() for s in shells] for name, s2 in of.items()}},
}, indent=1))
