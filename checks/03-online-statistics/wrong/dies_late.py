# claim: every-number
# mistake: dies of number 951, with everything right until then
import os

import json

from pysimplehttp.BaseReader import BaseReader

n, mean, m2 = 0, 0.0, 0.0


def add(data):
    global n, mean, m2
    n += 1
    if n == 951:
        os._exit(1)
    delta = data["number"] - mean
    mean += delta / n
    m2 += delta * (data["number"] - mean)
    print(json.dumps({"n": n, "mean": mean, "variance": m2 / (n - 1) if n > 1 else None}), flush=True)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"add": add}, mget_items=100).run()
