# claim: graph-exact
# mistake: keeps the hosts of the addresses and drops their paths
import os
from urllib.parse import urlsplit

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def host(address):
    return urlsplit(address).netloc or address


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zincrby(host(click["r"]), 1, host(click["u"]))
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
