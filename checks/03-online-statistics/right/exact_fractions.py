# method: sums of x and of x squared as fractions, where nothing is rounded and nothing cancels

import json
import os
from fractions import Fraction

from pysimplehttp.BaseReader import BaseReader

n, total, squares = 0, Fraction(0), Fraction(0)


def handle(data):
    global n, total, squares
    x = Fraction(data["number"])
    n += 1
    total += x
    squares += x * x
    if n <= 10 or n % 50 == 0:
        variance = float((squares - total * total / n) / (n - 1)) if n > 1 else None
        print(json.dumps({"n": n, "mean": float(total / n), "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
