"""The viscosity of the shipped stress by numpy alone: python3 make.py ../../../data/lennard-jones-stress/stress.dat.gz > golden.json

The running integral of Green and Kubo is that of the definition, with direct sums over pairs. The
integral over all times is the level of an even polynomial for ln S, fitted by the likelihood of
exponentially distributed ordinates to all frequencies below a cutoff: other code, another model.
"""
import gzip
import json
import sys

import numpy

VOLUME, INTERVAL = 592.27671, 0.04
table = numpy.loadtxt(gzip.open(sys.argv[1]), skiprows=1)
temperature = table[:, 1].mean()
xx, yy, zz, xy, xz, yz = table[:, 2:].T
components = [xy, xz, yz, (xx - yy) / 2, (xx + yy - 2 * zz) / (2 * numpy.sqrt(3))]
components = [x - x.mean() for x in components]
prefactor = VOLUME / temperature
n = len(table)

correlation = numpy.array([sum(x[: n - m] @ x[m:] for x in components) / (5 * (n - m)) for m in range(201)])
running = prefactor * INTERVAL * (numpy.cumsum(correlation) - 0.5 * (correlation + correlation[0]))

power = sum(abs(numpy.fft.rfft(x)) ** 2 for x in components)[1:] / (5 * n)
frequency = 2 * numpy.pi * numpy.arange(1, len(power) + 1) / (n * INTERVAL)
fits = []
for cutoff, degree in [(1.5, 1), (3.0, 2), (5.0, 3)]:
    below = frequency < cutoff
    x, ordinates = (frequency[below] / cutoff) ** 2, power[below]
    basis = numpy.vander(x, degree + 1, increasing=True)
    a = numpy.zeros(degree + 1)
    a[0] = numpy.log(ordinates.mean())
    for _ in range(50):
        ratio = ordinates * numpy.exp(-basis @ a)
        a += numpy.linalg.solve(basis.T @ basis, basis.T @ (ratio - 1))
    covariance = numpy.linalg.inv(5 * basis.T @ basis)
    eta = prefactor * 0.5 * INTERVAL * numpy.exp(a[0])
    fits.append({"cutoff": cutoff, "degree": 2 * degree, "eta": eta, "error": eta * numpy.sqrt(covariance[0, 0])})

json.dump({"numpy": numpy.__version__, "temperature": temperature, "running": running.tolist(), "fits": fits}, sys.stdout, indent=1)
print()
