# method: a hundred messages with one request, and one pipeline for all of them

import json
import os
import time
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])

queue = os.environ["SIMPLEQUEUE_URL"]
while True:
    with urlopen(queue + "/mget?items=100") as response:
        batch = [json.loads(line) for line in response.read().split(b"\n") if line]
    if not batch:
        time.sleep(0.1)
        continue
    with db.pipeline(transaction=False) as pipe:
        for data in batch:
            pipe.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
        pipe.incrby("messages", len(batch))
        pipe.execute()
