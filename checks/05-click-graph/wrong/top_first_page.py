# claim: analysis
# program: top
# mistake: asks SCAN once, and takes the first page for all there is
import json
import os

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
edges = [
    (weight, start, end)
    for start in db.scan()[1]
    for end, weight in db.zrange(start, 0, -1, withscores=True)
]
for weight, start, end in sorted(edges, reverse=True)[:10]:
    print(json.dumps({"from": start, "to": end, "weight": weight}))
