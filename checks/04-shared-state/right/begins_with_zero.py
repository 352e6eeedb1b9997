# method: HSETNX and SETNX begin a count that is not there yet, and a command of its own adds to it

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    db.hsetnx(key, data["number"], 0)
    db.hincrby(key, data["number"], 1)
    db.setnx("messages", 0)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
