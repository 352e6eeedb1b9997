# method: a hundred messages a get; failures are exceptions

import json
import os

from pysimplehttp.BaseReader import BaseReader

failed = set()


def handle(data):
    number = data["number"]
    if number < 0:
        raise ValueError("negative")
    if number < 0.1 and number not in failed:
        failed.add(number)
        raise ValueError("low, and new")
    print(json.dumps({"number": number}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(
    queue,
    {"handle": handle},
    max_tries=3,
    requeue_delay=0.2,
    sleeptime_queue_empty=0.1,
    sleeptime_requeue=0.1,
    mget_items=100,
).run()
