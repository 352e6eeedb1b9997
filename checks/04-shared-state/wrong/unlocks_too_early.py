# claim: histogram-race-free
# mistake: the lock is given back between the read and the write

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    with db.lock("lock", timeout=5, sleep=0.002):
        so_far = int(db.hget(key, data["number"]) or 0)
    db.hset(key, data["number"], so_far + 1)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
