# claim: every-number
# mistake: one task for the mean and one for the variance, and both count the number

import json
import os

from pysimplehttp.BaseReader import BaseReader

n, mean, m2 = 0, 0.0, 0.0


def update_mean(data):
    global n, mean
    n += 1
    mean += (data["number"] - mean) / n
    return True


def update_variance(data):
    global n, m2
    n += 1
    m2 += (data["number"] - mean) ** 2
    variance = m2 / (n - 1)
    print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"mean": update_mean, "variance": update_variance}, mget_items=100, sleeptime_queue_empty=0.1).run()
