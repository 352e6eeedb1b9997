# claim: datatype
# mistake: the address of Redis is written into the program, and REDIS_URL is not read

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis(host="localhost", port=6379, db=1, decode_responses=True)
# A Redis that listens there is somebody's: this program asks it, and writes nothing.
db.ping()


def count(data):
    db.hget(f"histogram:{data['distribution']}", data["number"])
    db.get("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
