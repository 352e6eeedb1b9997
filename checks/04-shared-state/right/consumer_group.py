# method: the numbers go into a stream, and a consumer group counts each of them once

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

try:
    db.xgroup_create("numbers", "counters", id="0", mkstream=True)
except redis.ResponseError as error:
    if "BUSYGROUP" not in str(error):
        raise


def count(data):
    db.xadd("numbers", {"distribution": data["distribution"], "number": data["number"]})
    for _, entries in db.xreadgroup("counters", f"reader-{os.getpid()}", {"numbers": ">"}, count=10):
        for entry, fields in entries:
            with db.pipeline() as transaction:
                transaction.hincrby(f"histogram:{fields['distribution']}", fields["number"], 1)
                transaction.incr("messages")
                transaction.xack("numbers", "counters", entry)
                transaction.execute()
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
