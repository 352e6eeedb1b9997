# claim: reports
# mistake: defines everything, starts nothing, and ends with success

import json
import os

from pysimplehttp.BaseReader import BaseReader

n, mean, m2 = 0, 0.0, 0.0


def handle(data):
    global n, mean, m2
    x = data["number"]
    n += 1
    delta = x - mean
    mean += delta / n
    m2 += delta * (x - mean)
    variance = m2 / (n - 1) if n > 1 else None
    print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
    return True


def main():
    queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
    BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
