# method: a lock for which the others ask as fast as they can

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    while not db.set("lock", os.getpid(), nx=True, px=3000):
        pass
    so_far = int(db.hget(key, data["number"]) or 0)
    db.hset(key, data["number"], so_far + 1)
    db.incr("messages")
    if db.get("lock") == str(os.getpid()):
        db.delete("lock")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
