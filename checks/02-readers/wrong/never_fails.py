# claim: retries-failures
# mistake: handles a low number at once

import json
import os

from pysimplehttp.BaseReader import BaseReader

def handle(data):
    number = data["number"]
    if number < 0:
        return False
    print(json.dumps({"number": number}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"handle": handle}, max_tries=3, requeue_delay=0.2, sleeptime_queue_empty=0.1, sleeptime_requeue=0.1).run()
