# method: a script that writes only where nothing has changed since the read, and says whether it did

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

COMPARE_AND_SET = db.register_script("""
if (redis.call('HGET', KEYS[1], ARGV[1]) or '0') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
""")


def count(data):
    key = f"histogram:{data['distribution']}"
    while True:
        so_far = int(db.hget(key, data["number"]) or 0)
        if COMPARE_AND_SET(keys=[key], args=[data["number"], so_far, so_far + 1]):
            break
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
