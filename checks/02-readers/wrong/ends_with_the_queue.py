# claim: every-number
# mistake: takes an empty queue for the end of the stream

import json
import os
import time
from urllib.request import urlopen

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def get():
    """The oldest message, or None when there is none."""
    with urlopen(queue + "/get") as response:
        return response.read() or None


while (message := get()) is not None:
    number = json.loads(message)["number"]
    if number > 0:
        print(json.dumps({"number": number}), flush=True)
