# claim: graph-exact
# mistake: connects to database 0
import os
from urllib.parse import urlsplit

import redis

from pysimplehttp.BaseReader import BaseReader

address = urlsplit(os.environ["REDIS_URL"])
db = redis.Redis(host=address.hostname, port=address.port)


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zincrby(click["r"], 1, click["u"])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
