# method: keeps all numbers and asks Python's statistics module; not constant-memory

import json
import os
import statistics

from pysimplehttp.BaseReader import BaseReader

numbers = []


def handle(data):
    numbers.append(data["number"])
    n = len(numbers)
    if n <= 10 or n % 100 == 0:
        variance = statistics.variance(numbers) if n > 1 else None
        print(json.dumps({"n": n, "mean": statistics.mean(numbers), "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
