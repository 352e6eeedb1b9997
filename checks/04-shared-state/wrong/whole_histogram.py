# claim: histogram-race-free
# mistake: the whole histogram is read and written back, for the sake of one number

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    histogram = db.hgetall(key)
    number = str(data["number"])
    histogram[number] = int(histogram.get(number, 0)) + 1
    db.hset(key, mapping=histogram)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
