# method: MULTI and EXEC around the atomic command, and a counter of its own beside it, which is no zset
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    with db.pipeline(transaction=True) as transaction:
        transaction.incr("messages")
        if click.get("r") and click.get("u"):
            transaction.zincrby(click["r"], 1, click["u"])
        transaction.execute()
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
