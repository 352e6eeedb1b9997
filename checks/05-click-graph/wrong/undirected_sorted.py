# claim: undirected
# program: undirected
# mistake: keeps each edge once, at the end that comes first in the alphabet
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    first, second = sorted([click["r"], click["u"]])
    db.zincrby(first, 1, second)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
