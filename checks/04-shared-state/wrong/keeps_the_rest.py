# claim: one-reader
# mistake: writes every hundred messages, and what is left at the end never

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

waiting = []


def count(data):
    waiting.append(data)
    if len(waiting) == 100:
        with db.pipeline() as pipe:
            for data in waiting:
                pipe.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
            pipe.incrby("messages", len(waiting))
            pipe.execute()
        waiting.clear()
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
