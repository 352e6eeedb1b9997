# claim: every-number
# mistake: keeps what it has handled for itself until it ends

import json
import os

from pysimplehttp.BaseReader import BaseReader

numbers = []
failed = set()


def handle(data):
    number = data["number"]
    if number < 0:
        return False
    if number < 0.1 and number not in failed:
        failed.add(number)
        return False
    numbers.append(number)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"handle": handle}, max_tries=3, requeue_delay=0.2, sleeptime_queue_empty=0.1).run()
for number in numbers:
    print(json.dumps({"number": number}))
