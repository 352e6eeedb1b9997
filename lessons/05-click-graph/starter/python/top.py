"""Extra: the ten heaviest edges of the graph in Redis, the heaviest first, one JSON object a line:

    {"from": "direct", "to": "http://www.nasa.gov/", "weight": 830}

It reads what is there, prints, and ends.
"""

import json
import os

import redis

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")

# Redis keeps bytes; decode_responses makes text of them, so that they fit into JSON.
db = redis.Redis.from_url(REDIS_URL, decode_responses=True)

for start in db.scan_iter(_type="zset"):
    # TODO: this prints the edges of one node after the other. The ten heaviest of all are wanted, and heaviest first.
    for end, weight in db.zrange(start, 0, -1, withscores=True):
        print(json.dumps({"from": start, "to": end, "weight": weight}))
