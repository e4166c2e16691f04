"""Golden values of the dynamic heat capacity: python3 make.py > golden.json

c(w)/k of a model whose energy relaxes as y1 [1 - exp(-t/tau_f)] + (y - y1) [1 - exp(-(t/tau)^beta)], by numerical
quadrature along the real axis (scipy.integrate.quad with Fourier weights), with numpy and scipy alone:

  NVE   c = (g/2)/(1 - L)      NVT   c = g/2 + L
  L = y1 F_fast + (y - y1) F_slow,  F(w) = 1 + i w int_0^inf phi(t) exp(i w t) dt

y = C/(C + g/2) and y1 = C1/(C1 + g/2) at constant energy, C and C1 in the canonical ensemble. `model` takes the fast part
as instantaneous (F_fast = 1), `curve` has tau_f = tau/100.
"""
import json
import sys

import numpy
import scipy
from scipy.integrate import quad

G, C1, C2, TAU = 2.997, 1.4, 0.5, 2.0
# Where an exponential or a faster decay has ended.
END = 100.0


def transform(phi, w):
    """1 + i w int phi exp(i w t), in pieces that put the cusp at 0 into the first."""
    first = 0.5 / w
    real = quad(lambda t: phi(t) * numpy.cos(w * t), 0, first, epsabs=0, epsrel=1e-12, limit=1000)[0]
    imaginary = quad(lambda t: phi(t) * numpy.sin(w * t), 0, first, epsabs=0, epsrel=1e-12, limit=1000)[0]
    pieces = [(first, numpy.inf)]
    if phi(END) < 1e-18:
        knots = [first] + [t for t in [1.0, 5.0, 20.0, END] if t > first]
        pieces = zip(knots, knots[1:]) if len(knots) > 1 else []
    for start, end in pieces:
        options = {"wvar": w, "epsabs": 1e-14 if end < numpy.inf else 1e-13, "limit": 2000, "limlst": 2000}
        real += quad(phi, start, end, weight="cos", **options)[0]
        imaginary += quad(phi, start, end, weight="sin", **options)[0]
    return 1 + 1j * w * (real + 1j * imaginary)


def heat_capacity(ensemble, fast, slow):
    if ensemble == "nve":
        y, y1 = (C1 + C2) / (C1 + C2 + G / 2), C1 / (C1 + G / 2)
        return (G / 2) / (1 - y1 * fast - (y - y1) * slow)
    return G / 2 + C1 * fast + C2 * slow


cases = []
for beta in [0.5, 0.7, 1.0, 1.4, 2.0]:
    frequencies = [0.005, 0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
    slow = [transform(lambda t: numpy.exp(-((t / TAU) ** beta)), w) for w in frequencies]
    fast = [1 / (1 - 1j * w * TAU / 100) for w in frequencies]
    for ensemble in ["nve", "nvt"]:
        case = {"beta": beta, "ensemble": ensemble, "frequencies": frequencies}
        for name, of_fast in [("model", [1.0] * len(fast)), ("curve", fast)]:
            c = [heat_capacity(ensemble, f, s) for f, s in zip(of_fast, slow)]
            case[name] = {"storage": [x.real for x in c], "loss": [x.imag for x in c]}
        cases.append(case)
json.dump({"scipy": scipy.__version__, "degrees_of_freedom": G, "fast": C1, "slow": C2, "time": TAU, "cases": cases}, sys.stdout, indent=1)
print()
