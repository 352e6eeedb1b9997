# claim: histogram-race-free
# mistake: ZADD with GT lets no count shrink, but two readers that add one to the same still count once

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    so_far = db.zscore(key, data["number"]) or 0
    db.zadd(key, {data["number"]: so_far + 1}, gt=True)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
