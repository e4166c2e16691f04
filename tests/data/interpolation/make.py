"""Golden values of interpolation: python3 make.py > golden.json

Made with scipy 1.17 (PchipInterpolator, CubicSpline with natural ends) on fixed points.
"""
import json
import sys

import numpy
import scipy
from scipy.interpolate import CubicSpline, PchipInterpolator

cases = []
for x, y in [
    ([0.4999, 0.5498, 0.6003, 0.7012, 0.8004, 0.9931], [2.31, 2.17, 1.98, 1.86, 1.74, 1.52]),
    ([-0.69, -0.57, -0.5, -0.35, -0.22, 0.01], [1.0, 4.0, 4.5, 2.0, -1.0, 0.5]),
    ([0.0, 1.0, 1.5, 4.0], [0.0, 0.0, 3.0, 3.0]),
    ([1.0, 2.0, 5.0], [3.0, 1.0, 2.0]),
]:
    at = numpy.linspace(x[0], x[-1], 23)
    case = {"x": x, "y": y, "at": at.tolist()}
    for name, curve in [("pchip", PchipInterpolator(x, y)), ("natural", CubicSpline(x, y, bc_type="natural"))]:
        case[name] = {
            "value": curve(at).tolist(),
            "derivative": curve(at, 1).tolist(),
            "integral": [float(curve.integrate(x[0], t)) for t in at],
        }
    cases.append(case)
json.dump({"scipy": scipy.__version__, "cases": cases}, sys.stdout, indent=1)
print()
