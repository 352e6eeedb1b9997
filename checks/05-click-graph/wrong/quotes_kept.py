# claim: graph-exact
# mistake: takes the raw JSON text of the address, with its quotes and escapes
import os
import re
import time
from urllib.request import urlopen

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"])
queue = os.environ["SIMPLEQUEUE_URL"]


def field(message, name):
    found = re.search(rb'"%b":\s*("(?:[^"\\]|\\.)*")' % name, message)
    return found and found[1]


while True:
    with urlopen(queue + "/mget?items=100") as response:
        messages = response.read().split(b"\n")
    if not any(messages):
        time.sleep(0.1)
    for message in filter(None, messages):
        start, end = field(message, b"r"), field(message, b"u")
        if start and end:
            db.zincrby(start, 1, end)
