# method: says other things on standard output too, and more than it must in its reports

import json
import os
import sys

from pysimplehttp.BaseReader import BaseReader

print("waiting for numbers")

n, mean, m2 = 0, 0.0, 0.0


def handle(data):
    global n, mean, m2
    x = data["number"]
    n += 1
    delta = x - mean
    mean += delta / n
    m2 += delta * (x - mean)
    print(json.dumps({"number": x}))
    print(f"n={n}")
    print(json.dumps([n, mean, m2]))
    print(n, file=sys.stderr)
    variance = m2 / (n - 1) if n > 1 else None
    print(json.dumps({"variance": variance, "m2": m2, "comment": "so far", "mean": mean, "n": n}), flush=True)
    print()
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
