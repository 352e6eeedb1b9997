# claim: two-readers
# mistake: a lock lets one reader run, and the other one waits for it to end

import fcntl
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


lock = open(__file__)
fcntl.flock(lock, fcntl.LOCK_EX)
queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"handle": handle}, max_tries=3, requeue_delay=0.2, sleeptime_queue_empty=0.1, sleeptime_requeue=0.1).run()
