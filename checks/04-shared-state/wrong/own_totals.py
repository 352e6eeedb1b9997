# claim: histogram-race-free
# mistake: its own totals are written over the others'

import os
from collections import Counter

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

own = Counter()


def count(data):
    key = f"histogram:{data['distribution']}"
    own[key, data["number"]] += 1
    db.hset(key, data["number"], own[key, data["number"]])
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
