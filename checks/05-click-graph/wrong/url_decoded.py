# claim: graph-exact
# mistake: decodes the percent signs of an address, which are part of its name
import os
from urllib.parse import unquote

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zincrby(unquote(click["r"]), 1, unquote(click["u"]))
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
