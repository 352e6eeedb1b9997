# method: commands that add, each message over a connection of its own

import os

import redis
from pysimplehttp.BaseReader import BaseReader


def count(data):
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as db:
        db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
        db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
