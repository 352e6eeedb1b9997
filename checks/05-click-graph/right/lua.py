# method: a Lua script that reads and writes inside of Redis
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


add = db.register_script(
    "local n = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0')"
    " return redis.call('ZADD', KEYS[1], n + 1, ARGV[1])"
)


def handle(click):
    if click.get("r") and click.get("u"):
        add(keys=[click["r"]], args=[click["u"]])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
