# claim: six-clicks
# mistake: takes each click for a new page
import json
import os

from pysimplehttp.BaseReader import BaseReader

clicks = 0


def handle(data):
    global clicks
    if "u" in data:
        clicks += 1
        print(json.dumps({"clicks": clicks, "pages": clicks}), flush=True)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"count": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
