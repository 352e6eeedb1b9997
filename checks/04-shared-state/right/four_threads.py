# method: four threads with connections of their own in every reader

import json
import os
import signal
import threading
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def read():
    while not ending.is_set():
        with urlopen(queue + "/mget?items=3") as response:
            batch = [json.loads(line) for line in response.read().split(b"\n") if line]
        if not batch:
            ending.wait(0.1)
        for data in batch:
            db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
            db.incr("messages")


queue, ending = os.environ["SIMPLEQUEUE_URL"], threading.Event()
signal.signal(signal.SIGTERM, lambda *_: ending.set())
threads = [threading.Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
