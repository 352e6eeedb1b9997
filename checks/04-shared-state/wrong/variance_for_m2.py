# claim: moments
# mistake: the variance is kept where the sum of squares should be

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
    with db.lock(f"lock:{name}", timeout=5, sleep=0.002):
        histogram = {int(k): int(v) for k, v in db.hgetall(f"histogram:{name}").items()}
        n = sum(histogram.values())
        mean = sum(x * times for x, times in histogram.items()) / n
        variance = sum(times * (x - mean) ** 2 for x, times in histogram.items()) / n
        db.hset(f"moments:{name}", mapping={"n": n, "mean": mean, "m2": variance})
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
