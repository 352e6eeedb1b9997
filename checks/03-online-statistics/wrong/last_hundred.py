# claim: mean
# mistake: the mean and variance of the last hundred numbers only

import json
import os
import statistics
from collections import deque

from pysimplehttp.BaseReader import BaseReader

n = 0
window = deque(maxlen=100)


def handle(data):
    global n
    n += 1
    window.append(data["number"])
    if n <= 10 or n % 50 == 0:
        variance = statistics.variance(window) if n > 1 else None
        print(json.dumps({"n": n, "mean": statistics.mean(window), "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
