# claim: mean
# mistake: keeps the last thousand numbers, and takes them for all
import json
import os
import statistics
from collections import deque

from pysimplehttp.BaseReader import BaseReader

n, window = 0, deque(maxlen=1000)


def add(data):
    global n
    n += 1
    window.append(data["number"])
    if n % 50 == 0:
        values = {"n": n, "mean": statistics.fmean(window), "variance": statistics.variance(window)}
        print(json.dumps(values), flush=True)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"add": add}, mget_items=100).run()
