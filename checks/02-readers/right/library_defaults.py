# method: BaseReader with its usual waits, one message a get

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
BaseReader(queue, {"handle": handle}, requeue_delay=0.5).run()
