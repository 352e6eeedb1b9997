# claim: graph-exact
# mistake: takes an empty queue for the end of the stream
import json
import os
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])
queue = os.environ["SIMPLEQUEUE_URL"]

while True:
    with urlopen(queue + "/get") as response:
        message = response.read()
    if not message:
        break
    click = json.loads(message)
    if click.get("r") and click.get("u"):
        db.zincrby(click["r"], 1, click["u"])
