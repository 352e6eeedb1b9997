"""How many clicks there were so far, and how many different pages among them."""

import json
import os

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


clicks = 0
pages = set()


def handle(data):
    """Called with every message of the queue; a heartbeat has no page."""
    global clicks
    if "u" in data:
        clicks += 1
        pages.add(data["u"])
        print(json.dumps({"clicks": clicks, "pages": len(pages)}), flush=True)
    return True


if __name__ == "__main__":
    BaseReader(SIMPLEQUEUE_URL, {"count": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
