# method: counts for itself, and adds what has come together twice a second and at the end
import json
import os
import signal
import sys
import time
from collections import Counter
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])
queue = os.environ["SIMPLEQUEUE_URL"]
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
graph = Counter()


def add():
    with db.pipeline(transaction=False) as pipeline:
        for (start, end), clicks in graph.items():
            pipeline.zincrby(start, clicks, end)
        pipeline.execute()
    graph.clear()


try:
    added = time.monotonic()
    while True:
        with urlopen(queue + "/mget?items=100") as response:
            messages = response.read().split(b"\n")
        for message in filter(None, messages):
            click = json.loads(message)
            if "r" in click and "u" in click:
                graph[click["r"], click["u"]] += 1
        if time.monotonic() - added > 0.5:
            add()
            added = time.monotonic()
        if not any(messages):
            time.sleep(0.1)
finally:
    add()
