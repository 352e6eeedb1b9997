# method: moments made of the histogram, under WATCH

import os

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def count(data):
    name, number = data["distribution"], data["number"]

    def add(pipe):
        histogram = {int(x): int(times) for x, times in pipe.hgetall(f"histogram:{name}").items()}
        histogram[number] = histogram.get(number, 0) + 1
        n = sum(histogram.values())
        mean = sum(x * times for x, times in histogram.items()) / n
        m2 = sum(times * (x - mean) ** 2 for x, times in histogram.items())
        pipe.multi()
        pipe.hincrby(f"histogram:{name}", number, 1)
        pipe.incr("messages")
        pipe.hset(f"moments:{name}", mapping={"n": n, "mean": mean, "m2": m2})

    db.transaction(add, f"histogram:{name}")
    return True


queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
