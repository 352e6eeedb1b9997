"""Extra: the same clicks as an undirected graph, in which the edge stands at both ends.

A click from r to u counts u in the zset named r, and r in the zset named u. So both pages know of each other, and
"who is connected to this page?" is one look at one zset.
"""

import os

import redis

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")

db = redis.Redis.from_url(REDIS_URL)


def handle(click):
    """Called with every message of the queue."""
    # TODO: what reader.py does, at both ends. Somebody may look at the graph between your two commands: can you send
    # them so that nobody ever sees half an edge?
    return True


if __name__ == "__main__":
    reader = BaseReader(SIMPLEQUEUE_URL, all_tasks={"graph": handle}, mget_items=100, sleeptime_queue_empty=0.1)
    reader.run()
