"""How many clicks there were so far, and how many different pages among them."""

import json
import os

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def handle(data):
    """Called with every message of the queue, for example {"u": "http://www.nasa.gov/", "c": "US"}."""
    # TODO: what do you have to remember from one click to the next?
    print(json.dumps({"clicks": 1, "pages": 1}), flush=True)
    return True


if __name__ == "__main__":
    BaseReader(SIMPLEQUEUE_URL, {"count": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
