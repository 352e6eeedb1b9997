# claim: datatype
# mistake: database 0, which is where a client goes that is told no other

import os
from urllib.parse import urlsplit

import redis
from pysimplehttp.BaseReader import BaseReader

address = urlsplit(os.environ["REDIS_URL"])
db = redis.Redis(host=address.hostname, port=address.port, decode_responses=True)


def count(data):
    db.hincrby(f"histogram:{data['distribution']}", data["number"], 1)
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
