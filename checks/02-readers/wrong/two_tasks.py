# claim: upper-half
# program: upper-half
# mistake: two tasks print the same number

import json
import os

from pysimplehttp.BaseReader import BaseReader


def upper_half(data):
    return data if 0.5 < data["number"] < 1 else None


def handle(data):
    print(json.dumps({"number": data["number"]}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"print": handle, "log": handle}, preprocess_method=upper_half, sleeptime_queue_empty=0.1).run()
