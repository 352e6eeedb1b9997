# claim: survives-junk
# mistake: believes that every message is JSON

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


failed = set()
while True:
    message = get()
    if message is None:
        time.sleep(0.1)
        continue
    data = json.loads(message)
    number = data.get("number") if isinstance(data, dict) else None
    if not isinstance(number, float) or number < 0:
        continue
    if number < 0.1 and number not in failed:
        failed.add(number)
        put(message)
        continue
    print(json.dumps({"number": number}), flush=True)
