# claim: graph-exact
# mistake: fetches a hundred clicks at once and counts the first of them
import json
import os
import time
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])
queue = os.environ["SIMPLEQUEUE_URL"]

while True:
    with urlopen(queue + "/mget?items=100") as response:
        text = response.read()
    if not text.strip():
        time.sleep(0.1)
        continue
    click, _ = json.JSONDecoder().raw_decode(text.decode())
    if click.get("r") and click.get("u"):
        db.zincrby(click["r"], 1, click["u"])
