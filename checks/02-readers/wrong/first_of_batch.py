# claim: every-number
# mistake: fetches ten messages and handles the first

import json
import os
import time
from urllib.request import urlopen

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def get():
    """The ten oldest messages, one a line; None when there is none."""
    with urlopen(queue + "/mget?items=10") as response:
        return response.read() or None


while True:
    messages = get()
    if messages is None:
        time.sleep(0.1)
        continue
    try:
        number = json.loads(messages.split(b"\n")[0])["number"]
    except (ValueError, KeyError, TypeError):
        continue
    if isinstance(number, float) and number > 0:
        print(json.dumps({"number": number}), flush=True)
