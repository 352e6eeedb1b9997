# claim: killed-reader
# mistake: what it puts back names a task that no later reader has

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
tasks = {f"handle-{os.getpid()}": handle}
BaseReader(queue, tasks, max_tries=3, requeue_delay=0.7, sleeptime_queue_empty=0.1, sleeptime_requeue=0.1).run()
