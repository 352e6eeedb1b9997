# method: four threads fetch and handle; an envelope of its own counts the tries

import json
import os
import threading
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


printing = threading.Lock()


def work():
    while True:
        message = get()
        if message is None:
            time.sleep(0.1)
            continue
        try:
            data = json.loads(message)
            tries = data.pop("failed", 0)
            number = data["number"]
            if number < 0 or (number < 0.1 and tries == 0):
                if tries < 4:
                    put(json.dumps({**data, "failed": tries + 1}))
                continue
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
        if isinstance(number, float):
            with printing:
                print(json.dumps({"number": number}), flush=True)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
