# claim: graph-exact
# mistake: drops what is not ASCII from the addresses
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"])


def plain(address):
    return address.encode("ascii", "ignore")


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    db.zincrby(plain(click["r"]), 1, plain(click["u"]))
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
