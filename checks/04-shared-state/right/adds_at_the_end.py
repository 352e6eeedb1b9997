# method: counts in memory, and adds it all when it is told to end

import os
from collections import Counter

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

seen = Counter()


def count(data):
    seen[data["distribution"], data["number"]] += 1
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
with db.pipeline() as pipe:
    for (name, number), times in seen.items():
        pipe.zincrby(f"histogram:{name}", times, number)
    pipe.incrby("messages", sum(seen.values()))
    pipe.execute()
