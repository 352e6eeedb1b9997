# claim: every-number
# mistake: n starts at 1, as if a zero had come before the first number

import json
import os

from pysimplehttp.BaseReader import BaseReader

n, mean, m2 = 1, 0.0, 0.0


def handle(data):
    global n, mean, m2
    x = data["number"]
    n += 1
    delta = x - mean
    mean += delta / n
    m2 += delta * (x - mean)
    print(json.dumps({"n": n, "mean": mean, "variance": m2 / (n - 1)}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
