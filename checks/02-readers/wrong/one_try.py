# claim: retries-failures
# mistake: gives up after the first try

import json
import os

from pysimplehttp.BaseReader import BaseReader

failed = set()


def handle(data):
    number = data["number"]
    if number < 0:
        return False
    if number < 0.1 and number not in failed:
        failed.add(number)
        return False
    print(json.dumps({"number": number}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"handle": handle}, max_tries=1, sleeptime_queue_empty=0.1).run()
