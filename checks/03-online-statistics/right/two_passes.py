# method: keeps all numbers and goes through them twice for every report; not constant-memory

import json
import math
import os

from pysimplehttp.BaseReader import BaseReader

numbers = []


def handle(data):
    numbers.append(data["number"])
    n = len(numbers)
    if n <= 10 or n % 100 == 0:
        mean = math.fsum(numbers) / n
        m2 = math.fsum((x - mean) ** 2 for x in numbers)
        variance = m2 / (n - 1) if n > 1 else None
        print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"moments": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
