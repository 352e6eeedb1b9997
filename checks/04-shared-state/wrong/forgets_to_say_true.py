# claim: one-reader
# mistake: the task does not return True, so that each message comes back

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    db.incr("messages")


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
