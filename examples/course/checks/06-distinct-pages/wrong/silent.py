# claim: six-clicks
# mistake: counts, and says nothing
import json
import os

from pysimplehttp.BaseReader import BaseReader

pages = set()


def handle(data):
    if "u" in data:
        pages.add(data["u"])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"count": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
