"""A graph of clicks: for each referrer r a zset, in which the target u has as its score how many clicks led there."""

import os

import redis

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")

db = redis.Redis.from_url(REDIS_URL)


def is_click(message):
    """Whether this leads from one page to another. A heartbeat does not, nor does a click that lacks an end."""
    return bool(message.get("r")) and bool(message.get("u"))


def handle(click):
    """The task: called by the reader with every message."""
    # One command, which reads and adds in one step: four readers can do it at once, and nothing is lost. The names are
    # used as they came, since http://A/ and http://a are different nodes.
    db.zincrby(click["r"], 1, click["u"])
    return True


if __name__ == "__main__":
    reader = BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"graph": handle},
        validate_method=is_click,  # what is no click is finished without any task
        mget_items=100,
        sleeptime_queue_empty=0.1,
    )
    reader.run()
