"""A reader that handles numbers. It fails on a low one the first time, and on a negative one always."""

import json
import os
import sys

from pysimplehttp.BaseReader import BaseReader

# A check sets SIMPLEQUEUE_URL to a queue of its own. By hand, the tutorial's address is used.
SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


# The low numbers that have failed here once and have not come back yet. With two readers each has a memory of its own,
# so a number may fail once at each: that is why max_tries is 3.
failed_once = set()


def handle(data):
    """The task: called by the reader with every message."""
    number = data["number"]
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        print(f"skipped, for want of a number: {data}", file=sys.stderr)
        return True  # trying it again would not make it better
    if number < 0:
        raise ValueError(f"{number} is negative")
    if number < 0.1 and number not in failed_once:
        failed_once.add(number)
        return False
    failed_once.discard(number)
    # Printing comes last: a task that fails after it would print again on the next try.
    print(json.dumps({"number": number}), flush=True)
    return True


def given_up(envelope):
    """Called with a message that has failed for the last time."""
    print(f"given up after {envelope['tries']} tries: {envelope['data']}", file=sys.stderr)


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
