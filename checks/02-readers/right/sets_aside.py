# method: what has failed waits in its own memory, and is handled when the queue is empty

import json
import os
import time
from urllib.request import urlopen

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def get():
    """The oldest message, or None when there is none."""
    with urlopen(queue + "/get") as response:
        return response.read() or None


aside = []
while True:
    message = get()
    if message is None:
        while aside:
            print(json.dumps({"number": aside.pop()}), flush=True)
        time.sleep(0.1)
        continue
    try:
        number = json.loads(message)["number"]
    except (ValueError, KeyError, TypeError):
        continue
    if not isinstance(number, float) or number < 0:
        continue
    if number < 0.1:
        aside.append(number)
        continue
    print(json.dumps({"number": number}), flush=True)
