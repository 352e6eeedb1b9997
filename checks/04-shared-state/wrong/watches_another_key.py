# claim: histogram-race-free
# mistake: WATCH is on a key that nobody writes

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    while True:
        with db.pipeline() as pipe:
            try:
                pipe.watch("histogram")
                so_far = int(pipe.hget(key, data["number"]) or 0)
                pipe.multi()
                pipe.hset(key, data["number"], so_far + 1)
                pipe.incr("messages")
                pipe.execute()
                return True
            except redis.WatchError:
                continue


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
