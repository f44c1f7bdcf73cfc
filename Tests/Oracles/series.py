"""What statsmodels, scipy and pymannkendall make of random series: series.py SEED writes JSON to standard output.

Each case has the values (null where one is missing) and the answers of the packages; the tests compare theirs with ours.
"""

import json
import sys
import warnings

import numpy as np
import pymannkendall
from scipy import stats
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.seasonal import STL

warnings.filterwarnings("ignore")


def case(random):
    period = int(random.choice([2, 3, 4, 7, 12]))
    count = int(random.integers(2 * period, 9 * period + 20))
    place = np.arange(count)
    values = (
        random.normal(0, 100) + random.normal(0, 2) * place + random.normal(0, 30, period)[place % period]
        + random.standard_t(3, count) * 5)
    if random.random() < 0.3:
        values = np.round(values / 20)
    seasonal = int(random.choice([7, 9, 13, 35]))
    answer = {"period": period, "seasonal": seasonal, "values": values.tolist()}
    for name, robust in (("plain", False), ("robust", True)):
        fit = STL(values, period=period, seasonal=seasonal, robust=robust).fit()
        # Where values lie on the curves almost exactly, weights depend on their last digits: then there is no answer.
        moved = STL(values * (1 + 1e-14 * random.normal(size=count)), period=period, seasonal=seasonal, robust=robust).fit()
        if not np.allclose(fit.weights, moved.weights, rtol=0, atol=1e-6):
            continue
        answer[name] = {"trend": fit.trend.tolist(), "seasonal": fit.seasonal.tolist(), "weights": fit.weights.tolist()}
    for name, test in (
            ("original", pymannkendall.original_test), ("hamedRao", pymannkendall.hamed_rao_modification_test),
            ("seasonalTest", lambda v: pymannkendall.seasonal_test(v, period=period))):
        found = test(values)
        # A corrected variance below 0 has no root; JSON has no NaN.
        numbers = (found.s, found.var_s, found.z, found.p, found.slope, found.intercept)
        answer[name] = [float(x) if np.isfinite(x) else 0.0 for x in numbers]
    answer["interval"] = [float(x) for x in stats.theilslopes(values, place, 0.95)[2:]]
    # A model with parameters that are given: its recursion, and forecasts with their bounds.
    alpha, beta, gamma = random.uniform(0.1, 0.6), random.uniform(0.01, 0.09), random.uniform(0.05, 0.3)
    states = random.normal(0, 20, period)
    model = ETSModel(
        values, error="add", trend="add", seasonal="add", seasonal_periods=period, initialization_method="known",
        initial_level=values[0], initial_trend=0.5, initial_seasonal=states)
    fit = model.smooth(np.array([alpha, beta, gamma]))
    answer["ets"] = {
        "parameters": [alpha, beta, gamma], "level": values[0], "slope": 0.5, "season": states.tolist(),
        "fitted": fit.fittedvalues.tolist(), "forecast": fit.forecast(2 * period + 1).tolist()}
    return answer


random = np.random.default_rng(int(sys.argv[1]))
print(json.dumps([case(random) for _ in range(60)]))
