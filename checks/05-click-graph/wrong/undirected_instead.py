# claim: graph-exact
# mistake: counts the edge at both ends, which is the extra program's task
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zincrby(click["r"], 1, click["u"])
    db.zincrby(click["u"], 1, click["r"])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
