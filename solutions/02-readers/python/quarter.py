"""Print a quarter of the stream. A sample, such as one draws where all of it would be too much."""

import json
import os
import random

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def in_sample(data):
    """Called with every message before any task. Returns whether we want it; if not, it is done with."""
    # By chance, so that no pattern in the stream can hide from the sample, as it could from every fourth message.
    return random.random() < 0.25


def show(data):
    print(json.dumps({"number": data["number"]}), flush=True)
    return True


if __name__ == "__main__":
    BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"show": show},
        validate_method=in_sample,
        max_tries=3,
        requeue_delay=0.2,
        mget_items=100,  # up to a hundred messages with one request: faster, and more to lose
        sleeptime_queue_empty=0.1,
    ).run()
