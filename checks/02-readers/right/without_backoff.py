# method: a failed message is due again at once

import json
import os

from pysimplehttp.BaseReader import BaseReader, RequeueWithoutBackoff

failed = set()


def handle(data):
    number = data["number"]
    if number < 0:
        raise RequeueWithoutBackoff
    if number < 0.1 and number not in failed:
        failed.add(number)
        raise RequeueWithoutBackoff
    print(json.dumps({"number": number}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"handle": handle}, sleeptime_queue_empty=0.1).run()
