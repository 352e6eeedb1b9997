# method: a lock that expires and that only its owner opens, around reading and writing
import os
import time
import uuid

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


release = db.register_script(
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
)


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    owner = uuid.uuid4().hex
    while not db.set("lock", owner, nx=True, px=10_000):
        time.sleep(0.002)
    try:
        count = db.zscore(click["r"], click["u"]) or 0
        db.zadd(click["r"], {click["u"]: count + 1})
    finally:
        release(keys=["lock"], args=[owner])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
