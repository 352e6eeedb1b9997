# claim: counter-race-free
# mistake: two pipelines, as if that made one step of the read and the write

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    key = f"histogram:{data['distribution']}"
    with db.pipeline() as pipe:
        messages, _ = pipe.get("messages").hincrby(key, data["number"], 1).execute()
    with db.pipeline() as pipe:
        pipe.set("messages", int(messages or 0) + 1).execute()
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
