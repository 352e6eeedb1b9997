# claim: skips-heartbeats
# mistake: leaves the loop at a heartbeat, and with it the rest of the batch
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
    for message in filter(None, messages):
        click = json.loads(message)
        if not click.get("r") or not click.get("u"):
            break
        db.zincrby(click["r"], 1, click["u"])
