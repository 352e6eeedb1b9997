# claim: graph-race-free
# mistake: looks whether the lock is free, and then takes it: two can look at once
import os
import time

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    while db.exists("lock"):
        time.sleep(0.001)
    db.set("lock", 1)
    count = db.zscore(click["r"], click["u"]) or 0
    db.zadd(click["r"], {click["u"]: count + 1})
    db.delete("lock")
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
