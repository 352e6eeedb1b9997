"""Mean and variance of a stream of numbers.

It runs as it stands: start it, and watch n count. The mean and the variance are missing, and they are your work: three
places are marked TODO.
"""

import json
import os

from pysimplehttp.BaseReader import BaseReader

# A check sets SIMPLEQUEUE_URL to a queue of its own. By hand, the tutorial's address is used.
SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


class Moments:
    """What is known of all numbers so far. It must not grow, however long the stream is."""

    def __init__(self):
        self.n = 0
        self.mean = None
        # TODO 1: which start value does the mean need, and what else do you have to remember for the variance?

    def add(self, x):
        """Take one number into account. It is seen here once, and never again."""
        self.n += 1
        # TODO 2: bring the mean, and what you keep for the variance, up to date with x.

    def variance(self):
        """The sample variance, or None (null in JSON) while there is none."""
        # TODO 3: make it from what you remember. Mind n = 1.
        return None


moments = Moments()


def report():
    """Print what is known, as one line of JSON. flush sends it now, not when some buffer is full."""
    line = {"n": moments.n, "mean": moments.mean, "variance": moments.variance()}
    print(json.dumps(line), flush=True)


def handle(data):
    """Called with every message of the queue, for example {"time": 1346619003.2, "number": 0.25}."""
    moments.add(data["number"])
    # The first ten one by one, because mistakes show there. Then every 50th: the check wants at least every 100th.
    if moments.n <= 10 or moments.n % 50 == 0:
        report()
    return True  # "done": without it the reader thinks that we failed, and brings the message again


if __name__ == "__main__":
    reader = BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"moments": handle},
        mget_items=100,  # fetch up to a hundred messages with one request
        sleeptime_queue_empty=0.1,  # seconds until it looks again when there are none
    )
    reader.run()  # until Ctrl-C, or until the check ends it
