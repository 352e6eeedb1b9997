# method: four threads in one program, each with a connection of its own to the queue
import json
import os
import threading
import time
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])
queue = os.environ["SIMPLEQUEUE_URL"]


def read():
    while True:
        with urlopen(queue + "/mget?items=25") as response:
            messages = response.read().split(b"\n")
        if not any(messages):
            time.sleep(0.1)
        for message in filter(None, messages):
            click = json.loads(message)
            if "r" in click and "u" in click:
                db.zincrby(click["r"], 1, click["u"])


threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
