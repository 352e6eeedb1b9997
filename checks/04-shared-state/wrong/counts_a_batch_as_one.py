# claim: one-reader
# mistake: messages counts requests

import json
import os
import time
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

queue = os.environ["SIMPLEQUEUE_URL"]
while True:
    with urlopen(queue + "/mget?items=10") as response:
        batch = [json.loads(line) for line in response.read().split(b"\n") if line]
    if not batch:
        time.sleep(0.1)
        continue
    for data in batch:
        db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    db.incr("messages")
