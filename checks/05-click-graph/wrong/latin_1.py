# claim: graph-exact
# mistake: reads the UTF-8 of the queue as Latin-1
import json
import os
import time
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])
queue = os.environ["SIMPLEQUEUE_URL"]

while True:
    with urlopen(queue + "/mget?items=100") as response:
        messages = response.read().decode("latin-1").split("\n")
    if not any(messages):
        time.sleep(0.1)
    for message in filter(None, messages):
        click = json.loads(message)
        if click.get("r") and click.get("u"):
            db.zincrby(click["r"], 1, click["u"])
