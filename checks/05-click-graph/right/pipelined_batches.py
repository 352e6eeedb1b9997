# method: no client library for the queue; a pipeline without a transaction for each batch
import json
import os
import time
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])
queue = os.environ["SIMPLEQUEUE_URL"]

while True:
    with urlopen(queue + "/mget?items=100") as response:
        messages = response.read().split(b"\n")
    if not any(messages):
        time.sleep(0.1)
        continue
    pipeline = db.pipeline(transaction=False)
    for message in filter(None, messages):
        click = json.loads(message)
        if "r" in click and "u" in click:
            pipeline.zincrby(click["r"], 1, click["u"])
    pipeline.execute()
