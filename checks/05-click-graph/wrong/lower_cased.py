# claim: graph-exact
# mistake: makes the addresses lower case, so that different pages become one
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zincrby(click["r"].lower(), 1, click["u"].lower())
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
