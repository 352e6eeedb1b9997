# claim: histogram-race-free
# mistake: looks whether the number is there, and sets it to 1 where it is not

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    if db.hexists(key, data["number"]):
        db.hincrby(key, data["number"], 1)
    else:
        db.hset(key, data["number"], 1)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
