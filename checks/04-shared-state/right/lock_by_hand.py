# method: SET NX PX with a token, given back only by whoever holds it

import os
import time
import uuid

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


def count(data):
    key = f"histogram:{data['distribution']}"
    token = uuid.uuid4().hex
    while not db.set(f"lock:{key}", token, nx=True, px=2000):
        time.sleep(0.001)
    try:
        so_far = db.zscore(key, data["number"]) or 0
        db.zadd(key, {data["number"]: so_far + 1})
    finally:
        db.eval(RELEASE, 1, f"lock:{key}", token)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
