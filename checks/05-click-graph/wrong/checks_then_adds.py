# claim: graph-race-free
# mistake: ZADD where the edge is new, ZINCRBY where it is not: new for two at once
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    if db.zscore(click["r"], click["u"]) is None:
        db.zadd(click["r"], {click["u"]: 1})
    else:
        db.zincrby(click["r"], 1, click["u"])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
