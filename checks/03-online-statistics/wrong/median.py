# claim: mean
# mistake: reports the median as the mean

import json
import os
import statistics
from bisect import insort

from pysimplehttp.BaseReader import BaseReader

numbers = []  # kept sorted


def handle(data):
    insort(numbers, data["number"])
    n = len(numbers)
    if n <= 10 or n % 50 == 0:
        variance = statistics.variance(numbers) if n > 1 else None
        print(json.dumps({"n": n, "mean": statistics.median(numbers), "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
