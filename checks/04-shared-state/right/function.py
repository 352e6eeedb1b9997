# method: a function loaded into the server, which reads and writes in one step (FUNCTION LOAD, FCALL)

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

db.function_load(
    """#!lua name=counting
redis.register_function("count", function(keys, args)
    local so_far = tonumber(redis.call("HGET", keys[1], args[1]) or 0)
    redis.call("HSET", keys[1], args[1], so_far + 1)
    redis.call("SET", keys[2], tonumber(redis.call("GET", keys[2]) or 0) + 1)
end)
""",
    replace=True,
)


def count(data):
    db.fcall("count", 2, f"histogram:{data['distribution']}", "messages", data["number"])
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
