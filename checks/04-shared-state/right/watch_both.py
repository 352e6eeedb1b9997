# method: both counters read and written back under one WATCH

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"

    def add(pipe):
        so_far, messages = pipe.zscore(key, data["number"]), pipe.get("messages")
        pipe.multi()
        pipe.zadd(key, {data["number"]: (so_far or 0) + 1})
        pipe.set("messages", int(messages or 0) + 1)

    db.transaction(add, key, "messages")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
