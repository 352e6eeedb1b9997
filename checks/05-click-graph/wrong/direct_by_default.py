# claim: skips-heartbeats
# mistake: takes a click without a referrer for a direct one
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if "_heartbeat_" in click or "u" not in click:
        return True
    db.zincrby(click.get("r", "direct"), 1, click["u"])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
