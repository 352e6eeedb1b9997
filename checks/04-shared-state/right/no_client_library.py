# method: RESP by hand over a socket

import json
import os
import socket
import time
from urllib.parse import urlsplit
from urllib.request import urlopen


def call(*words):
    """Sends one command and returns its answer, which is an integer here."""
    words = [str(word).encode() for word in words]
    redis.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
    redis.flush()
    answer = redis.readline()
    if answer[:1] not in b":+":
        raise RuntimeError(answer)


address = urlsplit(os.environ["REDIS_URL"])
redis = socket.create_connection((address.hostname, address.port)).makefile("rwb")
call("SELECT", address.path.strip("/"))
queue = os.environ["SIMPLEQUEUE_URL"]
while True:
    with urlopen(queue + "/get") as response:
        message = response.read()
    if not message:
        time.sleep(0.1)
        continue
    data = json.loads(message)
    call("HINCRBY", f"histogram:{data['distribution']}", data["number"], 1)
    call("INCR", "messages")
