"""A reader that handles numbers, and fails on some of them.

It runs as it stands, and handles everything that it meets, which is too much: two places are marked TODO.
"""

import json
import os

from pysimplehttp.BaseReader import BaseReader

# A check sets SIMPLEQUEUE_URL to a queue of its own. By hand, the tutorial's address is used.
SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def handle(data):
    """Called with every message of the queue, for example {"time": 1346619003.2, "number": 0.25}."""
    number = data["number"]
    # TODO 1: fail on a negative number, always. To fail is to return False, or to raise an exception.
    # TODO 2: fail on a number below 0.1, the first time that you see it. (What do you have to remember for that?)
    print(json.dumps({"number": number}), flush=True)
    return True  # "done": without it the reader thinks that we failed, and brings the message again


def given_up(envelope):
    """Called with a message that has failed for the last time. Standard error is ours to write on."""


if __name__ == "__main__":
    reader = BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"handle": handle},
        max_tries=3,  # of one message: then it is given up
        requeue_delay=0.2,  # seconds that a message waits for its second try, and twice that for its third
        requeue_giveup=given_up,
        sleeptime_requeue=0.1,  # seconds until it looks again when nothing in the queue is due yet
        sleeptime_queue_empty=0.1,  # seconds until it looks again when there is nothing
    )
    reader.run()  # until Ctrl-C, or until the check ends it
