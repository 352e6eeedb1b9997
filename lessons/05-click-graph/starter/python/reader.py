"""A graph of clicks: from the page that somebody came from, to the page that they went to.

It runs as it stands: start it, and watch the clicks go by. Nothing is remembered yet, and that is your work: two places
are marked TODO.
"""

import os

import redis

from pysimplehttp.BaseReader import BaseReader

# A check sets these to servers of its own. By hand, the tutorial's addresses are used. The /1 is the database.
SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")

db = redis.Redis.from_url(REDIS_URL)


def handle(click):
    """Called with every message of the queue, for example
    {"r": "direct", "u": "http://www.nasa.gov/", "t": 1331923247, "c": "US"} with more fields than these."""
    # TODO 1: some messages are no clicks from one page to another. How do you tell, and what do you do with them?
    # TODO 2: count the click in Redis: the zset named r, the member u.
    print(click.get("r"), "->", click.get("u"), flush=True)
    return True  # "done": without it the reader thinks that we failed, and brings the message again


if __name__ == "__main__":
    reader = BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"graph": handle},
        mget_items=100,  # fetch up to a hundred messages with one request
        sleeptime_queue_empty=0.1,  # seconds until it looks again when there are none
    )
    reader.run()  # until Ctrl-C, or until the check ends it
