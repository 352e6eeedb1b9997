# method: counts for itself, and adds it all to the graph when it is asked to end
import os
from collections import Counter

import redis

from pysimplehttp.BaseReader import BaseReader

graph = Counter()


def handle(click):
    if click.get("r") and click.get("u"):
        graph[click["r"], click["u"]] += 1
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"graph": handle}, mget_items=20).run()
db = redis.Redis.from_url(os.environ["REDIS_URL"])
for (start, end), clicks in graph.items():
    db.zincrby(start, clicks, end)
