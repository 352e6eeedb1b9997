# claim: counter-race-free
# mistake: its own number of messages is written over the others'

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

messages = 0


def count(data):
    global messages
    db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    messages += 1
    db.set("messages", messages)
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
