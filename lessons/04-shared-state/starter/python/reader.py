"""Histograms that several readers keep together, in Redis.

It runs as it stands, and counts what it sees in memory of its own: start two of these, and each knows a part of the
truth. Bringing the counts together, without losing any, is your work: it is marked TODO.
"""

import os

import redis
from pysimplehttp.BaseReader import BaseReader

# A check sets both to servers of its own. By hand, the tutorial's addresses are used; /1 is database 1.
SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")

# Answers are text, not bytes.
db = redis.Redis.from_url(REDIS_URL, decode_responses=True)

histograms = {}  # distribution -> number -> how often; nobody else sees it
messages = 0


def handle(data):
    """Called with every message of the queue, for example {"distribution": "poisson", "number": 4}."""
    global messages
    name, number = data["distribution"], data["number"]
    # TODO: keep the counts in Redis, where all readers share them: the hash histogram:<distribution>, number -> count,
    # and the string messages, which counts every message.
    histogram = histograms.setdefault(name, {})
    histogram[number] = histogram.get(number, 0) + 1
    messages += 1
    if messages % 100 == 0:
        print(f"{messages} messages; {name}: {dict(sorted(histogram.items()))}", flush=True)
    return True  # "done": without it the reader thinks that we failed, and brings the message again


if __name__ == "__main__":
    db.ping()  # a Redis that does not answer is said now, and not at the first message
    reader = BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"histogram": handle},
        mget_items=10,  # fetch up to ten messages with one request, so that several readers share the queue
        sleeptime_queue_empty=0.1,  # seconds until it looks again when there are none
    )
    reader.run()  # until Ctrl-C, or until the check ends it
