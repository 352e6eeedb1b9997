# claim: counter-race-free
# mistake: counts in one step, and then writes back what it reads

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    db.incr("messages")
    # So that it is a number without leading zeros.
    db.set("messages", int(db.get("messages")))
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
