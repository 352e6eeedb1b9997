# claim: datatype
# mistake: the histogram is one string of JSON

import json
import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    histogram = json.loads(db.get(key) or "{}")
    number = str(data["number"])
    histogram[number] = histogram.get(number, 0) + 1
    db.set(key, json.dumps(histogram))
    db.incr("messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
