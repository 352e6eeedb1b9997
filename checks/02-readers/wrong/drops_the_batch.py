# claim: survives-junk
# mistake: one bad message, and the rest of the batch is dropped with it

import json
import os
import sys
import time
from urllib.request import urlopen


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
while True:
    with urlopen(queue + "/mget?items=100") as response:
        batch = [line for line in response.read().split(b"\n") if line]
    if not batch:
        time.sleep(0.1)
    try:
        for message in batch:
            number = json.loads(message)["number"]
            if number > 0:
                print(json.dumps({"number": number}), flush=True)
    except (ValueError, KeyError, TypeError) as error:
        print(error, file=sys.stderr)
