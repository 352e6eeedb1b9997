# claim: reports
# mistake: takes an empty queue for the end of the stream
import json
import os
from urllib.request import urlopen

queue = os.environ["SIMPLEQUEUE_URL"]
n, mean, m2 = 0, 0.0, 0.0
while message := urlopen(queue + "/get").read():
    x = json.loads(message)["number"]
    n += 1
    delta = x - mean
    mean += delta / n
    m2 += delta * (x - mean)
    print(json.dumps({"n": n, "mean": mean, "variance": m2 / (n - 1) if n > 1 else None}), flush=True)
