# method: prints twelve significant digits, as many languages do by themselves
import os

from pysimplehttp.BaseReader import BaseReader

n, mean, m2 = 0, 0.0, 0.0


def add(data):
    global n, mean, m2
    n += 1
    delta = data["number"] - mean
    mean += delta / n
    m2 += delta * (data["number"] - mean)
    variance = f"{m2 / (n - 1):.12g}" if n > 1 else "null"
    print(f'{{"n": {n}, "mean": {mean:.12g}, "variance": {variance}}}', flush=True)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"add": add}, mget_items=100).run()
