# claim: one-reader
# mistake: a list of the distributions that were seen one afternoon

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

KNOWN = {"binomial", "geometric", "poisson", "skellam", "uniform"}


def count(data):
    if data["distribution"] in KNOWN:
        db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
