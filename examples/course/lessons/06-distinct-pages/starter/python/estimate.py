"""About how many different pages there were so far, from 4,096 bits."""

import hashlib
import json
import math
import os

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
BITS = 4096


def bit_of(page):
    """The same page has the same bit, on every machine."""
    return int.from_bytes(hashlib.sha256(page.encode()).digest()[:8], "big") % BITS


def handle(data):
    """Called with every message of the queue."""
    # TODO: set the bit, count those that are 0, and print m ln(m / z).
    print(json.dumps({"pages": BITS * math.log(BITS / BITS)}), flush=True)
    return True


if __name__ == "__main__":
    BaseReader(SIMPLEQUEUE_URL, {"estimate": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
