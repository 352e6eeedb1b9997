# method: no client library: GET /get over one connection, a message a request

import http.client
import json
import os
import time
from urllib.parse import urlsplit

address = urlsplit(os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081"))
queue = http.client.HTTPConnection(address.hostname, address.port)
n, mean, m2 = 0, 0.0, 0.0
while True:
    queue.request("GET", "/get")
    message = queue.getresponse().read()
    if not message:
        time.sleep(0.1)
        continue
    x = json.loads(message)["number"]
    n += 1
    delta = x - mean
    mean += delta / n
    m2 += delta * (x - mean)
    if n <= 10 or n % 50 == 0:
        variance = m2 / (n - 1) if n > 1 else None
        print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)
