# claim: mean
# mistake: keeps its state in 32-bit floats, "to save memory"

import json
import os
from array import array

from pysimplehttp.BaseReader import BaseReader

n = 0
state = array("f", [0.0, 0.0])  # mean, M2


def handle(data):
    global n
    x = data["number"]
    n += 1
    delta = x - state[0]
    state[0] += delta / n
    state[1] += delta * (x - state[0])
    if n <= 10 or n % 50 == 0:
        variance = state[1] / (n - 1) if n > 1 else None
        print(json.dumps({"n": n, "mean": state[0], "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
