# claim: moments
# mistake: the new distance squared

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

MOMENTS = """
local n, mean, m2 = unpack(redis.call('HMGET', KEYS[1], 'n', 'mean', 'm2'))
local x = tonumber(ARGV[1])
n, mean, m2 = tonumber(n or 0) + 1, tonumber(mean or 0), tonumber(m2 or 0)
local before = x - mean
mean = mean + before / n
m2 = m2 + (x - mean) ^ 2
redis.call('HSET', KEYS[1], 'n', n, 'mean', string.format('%.17g', mean), 'm2', string.format('%.17g', m2))
"""


def count(data):
    name, x = data["distribution"], data["number"]
    with db.pipeline() as pipe:
        pipe.hincrby(f"histogram:{name}", x, 1)
        pipe.incr("messages")
        pipe.execute()
    db.eval(MOMENTS, 1, f"moments:{name}", x)
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
