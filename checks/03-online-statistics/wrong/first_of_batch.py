# claim: every-number
# mistake: fetches a hundred messages at once and looks at the first only

import json
import os
import time
from urllib.request import urlopen

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
n, mean, m2 = 0, 0.0, 0.0
while True:
    with urlopen(queue + "/mget?items=100") as response:
        message = response.readline()
    if not message.strip():
        time.sleep(0.1)
        continue
    x = json.loads(message)["number"]
    n += 1
    delta = x - mean
    mean += delta / n
    m2 += delta * (x - mean)
    variance = m2 / (n - 1) if n > 1 else None
    print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
