"""Histograms, a count and moments that any number of readers keep together in Redis.

Everything that a message changes goes to Redis in one transaction: a single round trip, and no other reader sees, or
gets between, a part of it. Nothing is read here, so nothing that was read can be out of date.
"""

import os

import redis
from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")

db = redis.Redis.from_url(REDIS_URL, decode_responses=True)

# The update of section 3, run inside Redis: a script is one command, so nobody comes between its HMGET and its HSET.
# %.17g keeps all digits of a double; Lua's own way of writing a number would keep 14 of them.
ADD_TO_MOMENTS = """
local known = redis.call('HMGET', KEYS[1], 'n', 'mean', 'm2')
local x, n = tonumber(ARGV[1]), tonumber(known[1] or 0) + 1
local mean, m2 = tonumber(known[2] or 0), tonumber(known[3] or 0)
local before = x - mean
mean = mean + before / n
m2 = m2 + before * (x - mean)
redis.call('HSET', KEYS[1], 'n', n, 'mean', string.format('%.17g', mean), 'm2', string.format('%.17g', m2))
"""
add_to_moments = db.script_load(ADD_TO_MOMENTS)


def handle(data):
    """The task: called by the reader with every message."""
    name, number = data["distribution"], data["number"]
    with db.pipeline(transaction=True) as pipe:
        pipe.hincrby(f"histogram:{name}", number, 1)
        pipe.incr("messages")
        pipe.evalsha(add_to_moments, 1, f"moments:{name}", number)
        pipe.execute()
    return True


if __name__ == "__main__":
    reader = BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"histogram": handle},
        mget_items=10,
        sleeptime_queue_empty=0.1,
    )
    reader.run()
