# claim: upper-half
# program: upper-half
# mistake: forgets that there may be numbers above 1

import json
import os

from pysimplehttp.BaseReader import BaseReader


def upper_half(data):
    return data if data["number"] > 0.5 else None


def handle(data):
    print(json.dumps({"number": data["number"]}), flush=True)
    return True


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"handle": handle}, preprocess_method=upper_half, sleeptime_queue_empty=0.1).run()
