"""The ten heaviest edges of the graph in Redis, the heaviest first."""

import heapq
import json
import os

import redis

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")
HOW_MANY = 10

db = redis.Redis.from_url(REDIS_URL, decode_responses=True)


def edges():
    """The heaviest edges of every node. No node can have more than ten among the ten heaviest of all."""
    for start in db.scan_iter(_type="zset", count=1000):
        for end, weight in db.zrange(start, 0, HOW_MANY - 1, desc=True, withscores=True):
            yield weight, start, end


# SCAN may name a key twice while others add to it; a set does not mind.
for weight, start, end in heapq.nlargest(HOW_MANY, set(edges())):
    print(json.dumps({"from": start, "to": end, "weight": weight}))
