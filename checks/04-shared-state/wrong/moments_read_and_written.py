# claim: moments
# mistake: the moments are read, brought up to date, and written back

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    name, x = data["distribution"], data["number"]
    with db.pipeline() as pipe:
        pipe.hincrby(f"histogram:{name}", x, 1)
        pipe.incr("messages")
        pipe.execute()
    n, mean, m2 = (float(known or 0) for known in db.hmget(f"moments:{name}", "n", "mean", "m2"))
    n += 1
    before = x - mean
    mean += before / n
    m2 += before * (x - mean)
    db.hset(f"moments:{name}", mapping={"n": int(n), "mean": mean, "m2": m2})
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
