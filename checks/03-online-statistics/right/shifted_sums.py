# method: sums of x and of x squared, both measured from the first number so that they stay small

import json
import os

from pysimplehttp.BaseReader import BaseReader

n, first, total, squares = 0, None, 0.0, 0.0


def handle(data):
    global n, first, total, squares
    if first is None:
        first = data["number"]
    x = data["number"] - first
    n += 1
    total += x
    squares += x * x
    if n <= 10 or n % 50 == 0:
        variance = (squares - total * total / n) / (n - 1) if n > 1 else None
        print(json.dumps({"n": n, "mean": first + total / n, "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
