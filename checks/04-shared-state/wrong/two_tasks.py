# claim: one-reader
# mistake: two tasks, and both count the message

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def histogram(data):
    db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    db.incr("messages")
    return True


def messages(data):
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
tasks = {"histogram": histogram, "messages": messages}
BaseReader(queue, tasks, mget_items=10, sleeptime_queue_empty=0.1).run()
