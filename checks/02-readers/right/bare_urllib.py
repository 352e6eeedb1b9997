# method: no client library; it puts the message back as it came, and remembers the tries itself

import json
import os
import time
from urllib.parse import quote
from urllib.request import urlopen

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def get():
    """The oldest message, or None when there is none."""
    with urlopen(queue + "/get") as response:
        return response.read() or None


def put(message):
    urlopen(queue + "/put?data=" + quote(message)).close()


tries = {}
while True:
    message = get()
    if message is None:
        time.sleep(0.1)
        continue
    try:
        number = json.loads(message)["number"]
    except (ValueError, KeyError, TypeError):
        continue
    if not isinstance(number, float):
        continue
    tries[number] = tries.get(number, 0) + 1
    if number < 0 or (number < 0.1 and tries[number] == 1):
        if tries[number] < 5:
            put(message)
        continue
    print(json.dumps({"number": number}), flush=True)
