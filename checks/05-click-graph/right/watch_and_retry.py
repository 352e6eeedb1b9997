# method: WATCH, and once more from the start whenever somebody else was faster
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    with db.pipeline() as transaction:
        while True:
            try:
                transaction.watch(click["r"])
                count = transaction.zscore(click["r"], click["u"]) or 0
                transaction.multi()
                transaction.zadd(click["r"], {click["u"]: count + 1})
                transaction.execute()
                return True
            except redis.WatchError:
                continue


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
