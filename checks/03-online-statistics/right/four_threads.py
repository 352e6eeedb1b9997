# method: four threads with a connection each, which handle the numbers in an order of their own
import http.client
import json
import os
import threading
import time
from urllib.parse import urlsplit

address = urlsplit(os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081"))
lock = threading.Lock()
n, mean, m2 = 0, 0.0, 0.0


def read():
    global n, mean, m2
    connection = http.client.HTTPConnection(address.hostname, address.port)
    while True:
        connection.request("GET", "/get")
        message = connection.getresponse().read()
        if not message:
            time.sleep(0.05)
            continue
        x = json.loads(message)["number"]
        with lock:
            n += 1
            before = x - mean
            mean += before / n
            m2 += before * (x - mean)
            variance = m2 / (n - 1) if n > 1 else None
            print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)


threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
