# method: no client library: GET /mget in batches, a new connection for each

import json
import os
import time
from urllib.request import urlopen

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
n, mean, m2 = 0, 0.0, 0.0
while True:
    with urlopen(queue + "/mget?items=100") as response:
        messages = response.read().split(b"\n")
    if not any(messages):
        time.sleep(0.1)
    for message in filter(None, messages):
        x = json.loads(message)["number"]
        n += 1
        delta = x - mean
        mean += delta / n
        m2 += delta * (x - mean)
        if n <= 10 or n % 50 == 0:
            variance = m2 / (n - 1) if n > 1 else None
            print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
