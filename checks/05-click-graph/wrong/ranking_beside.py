# claim: graph-exact
# mistake: keeps a zset of its own beside the graph, in which it stands as one more node
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zincrby(click["r"], 1, click["u"])
    db.zincrby("most-clicked", 1, click["u"])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
