"""The same clicks as an undirected graph: the edge stands at both ends."""

import os

import redis

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")

db = redis.Redis.from_url(REDIS_URL)


def is_click(message):
    """Whether this connects two pages. A heartbeat does not, nor does a click that lacks an end."""
    return bool(message.get("r")) and bool(message.get("u"))


def handle(click):
    """The task: called by the reader with every message."""
    # A transaction: either both ends have the click or neither has, and it costs one round trip.
    with db.pipeline(transaction=True) as both_ends:
        both_ends.zincrby(click["r"], 1, click["u"])
        # A page that leads to itself has both ends in one place, and one of them is enough.
        if click["r"] != click["u"]:
            both_ends.zincrby(click["u"], 1, click["r"])
        both_ends.execute()
    return True


if __name__ == "__main__":
    reader = BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"graph": handle},
        validate_method=is_click,
        mget_items=100,
        sleeptime_queue_empty=0.1,
    )
    reader.run()
