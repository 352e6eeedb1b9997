# claim: gives-up
# mistake: requeue_giveup begins again from the beginning

import json
import os

from pysimplehttp.BaseReader import BaseReader
from pysimplehttp.http import simplequeue_write

queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
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


def again(envelope):
    simplequeue_write(queue, envelope["data"])


BaseReader(
    queue,
    {"handle": handle},
    max_tries=3,
    requeue_delay=0.1,
    requeue_giveup=again,
    sleeptime_queue_empty=0.1,
    sleeptime_requeue=0.1,
).run()
