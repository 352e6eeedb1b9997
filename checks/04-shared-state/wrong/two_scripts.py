# claim: histogram-race-free
# mistake: one script reads and another writes: each is one step, but not both together

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

READ = "return redis.call('HGET', KEYS[1], ARGV[1])"
WRITE = "return redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])"


def count(data):
    key = f"histogram:{data['distribution']}"
    so_far = int(db.eval(READ, 1, key, data["number"]) or 0)
    db.eval(WRITE, 1, key, data["number"], so_far + 1)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
