# method: ZADD with INCR, which is ZINCRBY by another name; one message a request, the usual pauses
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zadd(click["r"], {click["u"]: 1}, incr=True)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}).run()
