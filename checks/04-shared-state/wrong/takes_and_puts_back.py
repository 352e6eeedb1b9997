# claim: counter-race-free
# mistake: takes the counter away in one step (GETDEL), and puts it back in another

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    messages = int(db.getdel("messages") or 0)
    db.set("messages", messages + 1)
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
