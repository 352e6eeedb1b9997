# claim: stream
# mistake: keeps the last ten pages alone, and takes those before them for new ones
import json
import os

from pysimplehttp.BaseReader import BaseReader

clicks, new, last = 0, 0, []


def handle(data):
    global clicks, new
    if "u" in data:
        clicks += 1
        if data["u"] not in last:
            new += 1
            last.append(data["u"])
            del last[:-10]
        print(json.dumps({"clicks": clicks, "pages": new}), flush=True)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"count": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
