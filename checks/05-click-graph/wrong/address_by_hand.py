# claim: graph-exact
# mistake: the address of Redis is written into the program, and REDIS_URL is not read
import os

import redis

from pysimplehttp.BaseReader import BaseReader

db = redis.Redis(host="127.0.0.1", port=6379)


def handle(click):
    if not click.get("r") or not click.get("u"):
        return True
    # A Redis that listens there is somebody's: this program asks it, and writes nothing.
    db.zscore(click["r"], click["u"])
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
