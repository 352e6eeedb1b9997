# method: one thread fetches, the other calculates; a bounded queue between them keeps the order

import json
import os
import queue
import threading
import time
from urllib.request import urlopen

address = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
batches = queue.Queue(maxsize=10)


def fetch():
    while True:
        with urlopen(address + "/mget?items=50") as response:
            messages = response.read().split(b"\n")
        batches.put([json.loads(message) for message in messages if message])
        if not any(messages):
            time.sleep(0.1)


threading.Thread(target=fetch, daemon=True).start()
n, mean, m2 = 0, 0.0, 0.0
while True:
    for data in batches.get():
        n += 1
        delta = data["number"] - mean
        mean += delta / n
        m2 += delta * (data["number"] - mean)
        if n <= 10 or n % 50 == 0:
            variance = m2 / (n - 1) if n > 1 else None
            print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
