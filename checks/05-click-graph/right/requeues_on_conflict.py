# method: WATCH, and the click goes back to the end of the queue whenever somebody else was faster
import os

import redis

from pysimplehttp.BaseReader import BaseReader, RequeueWithoutBackoff

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    with db.pipeline() as transaction:
        try:
            transaction.watch(click["r"])
            count = transaction.zscore(click["r"], click["u"]) or 0
            transaction.multi()
            transaction.zadd(click["r"], {click["u"]: count + 1})
            transaction.execute()
        except redis.WatchError:
            raise RequeueWithoutBackoff from None
    return True


# Any number of tries: a conflict is nobody's fault.
queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"graph": handle}, max_tries=100_000, mget_items=10, sleeptime_queue_empty=0.1).run()
