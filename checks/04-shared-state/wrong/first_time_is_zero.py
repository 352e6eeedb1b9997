# claim: one-reader
# mistake: a number that comes for the first time is written as 0

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    if not db.hsetnx(key, data["number"], 0):
        db.hincrby(key, data["number"], 1)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
