# claim: every-number
# mistake: prints into a buffer that nobody sees

import json
import os
import time
from urllib.request import urlopen

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def get():
    """The oldest message, or None when there is none."""
    with urlopen(queue + "/get") as response:
        return response.read() or None


while True:
    message = get()
    if message is None:
        time.sleep(0.1)
        continue
    try:
        number = json.loads(message)["number"]
    except (ValueError, KeyError, TypeError):
        continue
    if isinstance(number, float) and number > 0:
        print(json.dumps({"number": number}))
