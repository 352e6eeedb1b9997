# claim: histogram-race-free
# mistake: two readers can find the lock free before either has taken it

import os
import time

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    while db.exists("lock"):
        time.sleep(0.001)
    db.set("lock", "mine")
    so_far = int(db.hget(key, data["number"]) or 0)
    db.hset(key, data["number"], so_far + 1)
    db.delete("lock")
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
