# claim: first-numbers
# mistake: divides by n - 1 at the first number, and dies of it

import json
import os
import time
from urllib.request import urlopen

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
n, mean, m2 = 0, 0.0, 0.0
while True:
    with urlopen(queue + "/get") as response:
        message = response.read()
    if not message:
        time.sleep(0.1)
        continue
    x = json.loads(message)["number"]
    n += 1
    delta = x - mean
    mean += delta / n
    m2 += delta * (x - mean)
    print(json.dumps({"n": n, "mean": mean, "variance": m2 / (n - 1)}), flush=True)
