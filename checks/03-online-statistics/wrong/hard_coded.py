# claim: mean
# mistake: counts, and reports a mean and a variance that it brought along

import json
import os

from pysimplehttp.BaseReader import BaseReader

n = 0


def handle(data):
    global n
    n += 1
    if n <= 10 or n % 50 == 0:
        print(json.dumps({"n": n, "mean": 0.5, "variance": 1.25}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
