# claim: graph-exact
# mistake: ZADD with a score of 1 for every click: knows that there is an edge, and not how often
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zadd(click["r"], {click["u"]: 1})
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
