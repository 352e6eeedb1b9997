# claim: graph-race-free
# mistake: counts for itself, and writes its own total over that of the others
import os
from collections import Counter

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


graph = Counter()


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    edge = click["r"], click["u"]
    graph[edge] += 1
    db.zadd(click["r"], {click["u"]: graph[edge]})
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
