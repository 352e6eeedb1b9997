# claim: histogram-race-free
# mistake: whoever does not get the lock soon goes on without it

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    locked = False
    for _ in range(3):
        locked = db.set("lock", "mine", nx=True, px=5000)
        if locked:
            break
    so_far = int(db.hget(key, data["number"]) or 0)
    db.hset(key, data["number"], so_far + 1)
    if locked:
        db.delete("lock")
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
