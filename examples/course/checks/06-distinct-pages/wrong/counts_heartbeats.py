# claim: heartbeats
# mistake: counts what is no click, as a page without a name
import json
import os

from pysimplehttp.BaseReader import BaseReader

clicks, pages = 0, set()


def handle(data):
    global clicks
    clicks += 1
    pages.add(data.get("u"))
    print(json.dumps({"clicks": clicks, "pages": len(pages)}), flush=True)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"count": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
