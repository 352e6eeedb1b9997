# method: a lock with a number that only grows, and a write that is refused once the lock has gone on to another

import os
import time

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

WRITE = db.register_script("""
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("ZADD", KEYS[2], ARGV[3], ARGV[2])
redis.call("DEL", KEYS[1])
return 1
""")


def count(data):
    key = f"histogram:{data['distribution']}"
    while True:
        token = db.incr("tokens")
        while not db.set("lock", token, nx=True, px=2000):
            time.sleep(0.001)
        so_far = db.zscore(key, data["number"]) or 0
        if WRITE(keys=["lock", key], args=[token, data["number"], so_far + 1]):
            break
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
