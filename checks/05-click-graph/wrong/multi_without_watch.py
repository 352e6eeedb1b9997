# claim: graph-race-free
# mistake: a transaction around the writing alone: what was read before it may be old
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    count = db.zscore(click["r"], click["u"]) or 0
    with db.pipeline(transaction=True) as transaction:
        transaction.zadd(click["r"], {click["u"]: count + 1})
        transaction.execute()
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
