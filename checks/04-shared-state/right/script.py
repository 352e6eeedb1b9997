# method: a script that reads and writes: one step for everybody else

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

ADD = """
local so_far = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
redis.call('HSET', KEYS[1], ARGV[1], so_far + 1)
redis.call('SET', KEYS[2], tonumber(redis.call('GET', KEYS[2]) or 0) + 1)
"""


def count(data):
    db.eval(ADD, 2, f"histogram:{data['distribution']}", "messages", data["number"])
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
