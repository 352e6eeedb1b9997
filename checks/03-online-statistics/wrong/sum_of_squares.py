# claim: large-offset
# mistake: the mean of the squares minus the square of the mean, which cancels far from zero

import json
import os

from pysimplehttp.BaseReader import BaseReader

n, total, squares = 0, 0.0, 0.0


def handle(data):
    global n, total, squares
    x = data["number"]
    n += 1
    total += x
    squares += x * x
    if n <= 10 or n % 50 == 0:
        mean = total / n
        variance = (squares / n - mean * mean) * n / (n - 1) if n > 1 else None
        print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
