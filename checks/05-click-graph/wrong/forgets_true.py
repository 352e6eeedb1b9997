# claim: graph-exact
# mistake: returns nothing, so that every click goes back into the queue to be counted again
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if click.get("r") and click.get("u"):
        db.zincrby(click["r"], 1, click["u"])


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
