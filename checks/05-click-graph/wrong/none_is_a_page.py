# claim: skips-heartbeats
# mistake: makes a page named None of an end that is missing
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    db.zincrby(str(click.get("r")), 1, str(click.get("u")))
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
