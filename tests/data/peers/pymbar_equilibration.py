"""Statistical inefficiencies and the start of equilibrium of two series, by pymbar.

    pip install pymbar numpy        # 4.0.3
    python pymbar_equilibration.py > pymbar_equilibration.json
"""

import json

import numpy as np
import pymbar
from pymbar import timeseries

SAMPLES = 1500


def autoregressive(seed, time):
    """Of unit variance, in three decimals."""
    random = np.random.default_rng(seed)
    a = np.exp(-1.0 / time)
    x = random.standard_normal()
    series = []
    for noise in random.standard_normal(SAMPLES):
        x = a * x + np.sqrt(1.0 - a * a) * noise
        series.append(x)
    return np.array(series)


def of(name, series, starts):
    series = np.round(series, 3)
    start, inefficiency, samples = timeseries.detect_equilibration(series, fast=False, nskip=1)
    return {
        "name": name,
        "series": series.tolist(),
        "inefficiencies": [[t, timeseries.statistical_inefficiency(series[t:])] for t in starts],
        "start": int(start),
        "inefficiency": float(inefficiency),
        "independent_samples": float(samples),
    }


quench = 8.0 * np.exp(-np.arange(SAMPLES) / 60.0)
print(
    json.dumps(
        {
            "pymbar": pymbar.__version__,
            "numpy": np.__version__,
            "series": [
                of("quench", autoregressive(1, 4.0) + quench, [200, 250, 300, 400, 700, 1000]),
                of("stationary", autoregressive(2, 4.0), [0, 1, 10, 100, 400, 800]),
            ],
        }
    )
)
