# claim: quarter
# program: quarter
# mistake: keeps a half

import json
import os
import random

from pysimplehttp.BaseReader import BaseReader


def handle(data):
    print(json.dumps({"number": data["number"]}), flush=True)
    return True


def in_sample(data):
    return random.random() < 0.5


queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BaseReader(queue, {"handle": handle}, validate_method=in_sample, mget_items=100, sleeptime_queue_empty=0.1).run()
