# claim: mean
# mistake: an exponential moving average, which forgets the older numbers

import json
import os

from pysimplehttp.BaseReader import BaseReader

n, mean, variance = 0, 0.0, 0.0


def handle(data):
    global n, mean, variance
    x = data["number"]
    n += 1
    delta = x - mean
    mean += 0.1 * delta if n > 1 else delta
    variance = 0.9 * (variance + 0.1 * delta * delta) if n > 1 else 0.0
    if n <= 10 or n % 50 == 0:
        print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
