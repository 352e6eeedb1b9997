# claim: histogram-race-free
# mistake: reads a count once, and goes on from what it remembers

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

known = {}


def count(data):
    key = f"histogram:{data['distribution']}"
    if (key, data["number"]) not in known:
        known[key, data["number"]] = int(db.hget(key, data["number"]) or 0)
    known[key, data["number"]] += 1
    db.hset(key, data["number"], known[key, data["number"]])
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
