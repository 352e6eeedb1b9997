# method: three threads with a connection each; the second is slow, and handles its only number after all the others
import http.client
import json
import os
import threading
import time
from urllib.parse import urlsplit

address = urlsplit(os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081"))
lock = threading.Lock()
n, mean, m2 = 0, 0.0, 0.0


def handle(x):
    global n, mean, m2
    with lock:
        n += 1
        before = x - mean
        mean += before / n
        m2 += before * (x - mean)
        variance = m2 / (n - 1) if n > 1 else None
        print(json.dumps({"n": n, "mean": mean, "variance": variance}), flush=True)


def numbers(connection):
    while True:
        connection.request("GET", "/get")
        message = connection.getresponse().read()
        if message:
            yield json.loads(message)["number"]
        else:
            time.sleep(0.05)


def read(most, seconds):
    connection = http.client.HTTPConnection(address.hostname, address.port)
    for count, x in enumerate(numbers(connection), 1):
        time.sleep(seconds)
        handle(x)
        if count == most:
            time.sleep(3600)


first = threading.Thread(target=read, args=(1, 0))
first.start()
while n < 1:
    time.sleep(0.01)
threading.Thread(target=read, args=(1, 1)).start()
time.sleep(0.3)
threading.Thread(target=read, args=(None, 0)).start()
first.join()
