# claim: round-trips
# mistake: looks into Redis before each pipeline

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    db.ping()
    with db.pipeline() as pipe:
        pipe.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
        pipe.incr("messages")
        pipe.execute()
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
