# claim: mean
# mistake: divides with //, which throws the fraction away

import json
import os

from pysimplehttp.BaseReader import BaseReader

n, mean, m2 = 0, 0.0, 0.0


def handle(data):
    global n, mean, m2
    x = data["number"]
    n += 1
    delta = x - mean
    mean += delta // n
    m2 += delta * (x - mean)
    if n <= 10 or n % 50 == 0:
        variance = m2 / (n - 1) if n > 1 else None
        print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
