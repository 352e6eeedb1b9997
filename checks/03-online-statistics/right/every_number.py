# method: reports every single number, and takes one message a request

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
    variance = m2 / (n - 1) if n > 1 else 0
    print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, sleeptime_queue_empty=0.1).run()
