# method: counts that are floats in between, and whole in the end

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    db.hincrbyfloat(f"histogram:{data['distribution']}", data["number"], 0.5)
    db.hincrbyfloat(f"histogram:{data['distribution']}", data["number"], 0.5)
    db.incrbyfloat("messages", 1)
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
