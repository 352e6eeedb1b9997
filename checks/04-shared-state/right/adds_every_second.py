# method: counts in memory, and adds what came together every second and at the end

import os
import threading
from collections import Counter

import redis
from pysimplehttp.BaseReader import BaseReader

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)

waiting, lock = Counter(), threading.Lock()


def count(data):
    with lock:
        waiting[data["distribution"], data["number"]] += 1
    return True


def add():
    with lock:
        added = dict(waiting)
        waiting.clear()
    if added:
        with db.pipeline() as pipe:
            for (name, number), times in added.items():
                pipe.hincrby(f"histogram:{name}", number, times)
            pipe.incrby("messages", sum(added.values()))
            pipe.execute()


def add_every_second():
    while not done.wait(1):
        add()


done = threading.Event()
adding = threading.Thread(target=add_every_second)
adding.start()
queue = os.environ["SIMPLEQUEUE_URL"]
BaseReader(queue, {"count": count}, mget_items=10, sleeptime_queue_empty=0.1).run()
done.set()
adding.join()
add()
