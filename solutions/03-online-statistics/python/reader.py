"""Mean and variance of a stream of numbers, by Welford's algorithm: every number is seen once, none is kept."""

import json
import os

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


class Moments:
    """What is known of all numbers so far: three values, however long the stream is."""

    def __init__(self):
        self.n = 0
        self.mean = 0.0
        self.m2 = 0.0  # sum of the squared distances from the mean

    def add(self, x):
        """Take one number into account."""
        self.n += 1
        distance_before = x - self.mean
        self.mean += distance_before / self.n
        distance_after = x - self.mean
        # One distance from the old mean times one from the new, because x also moves the mean that all earlier
        # distances are measured from. The square of the first would be too much, that of the second too little.
        self.m2 += distance_before * distance_after

    def variance(self):
        """The sample variance, or None (null in JSON): a single number says nothing about how far they scatter."""
        return self.m2 / (self.n - 1) if self.n > 1 else None


moments = Moments()


def report():
    """Print what is known, at once: a buffered line is a line that nobody has seen."""
    line = {"n": moments.n, "mean": moments.mean, "variance": moments.variance()}
    print(json.dumps(line), flush=True)


def handle(data):
    """The task: called by the reader with every message."""
    moments.add(data["number"])
    # Printing costs more than calculating, so after the first ten only every 50th number is reported.
    if moments.n <= 10 or moments.n % 50 == 0:
        report()
    return True


if __name__ == "__main__":
    reader = BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"moments": handle},
        mget_items=100,
        sleeptime_queue_empty=0.1,
    )
    reader.run()
    # Ended by Ctrl-C or SIGTERM: the best estimate is the one with all the numbers in it.
    if moments.n > 0:
        report()
