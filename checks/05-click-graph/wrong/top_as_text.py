# claim: analysis
# program: top
# mistake: sorts the weights as text, where 9 comes after 836
import json
import os

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
edges = [
    (weight, start, end)
    for start in db.scan_iter()
    for end, weight in db.zrange(start, 0, -1, withscores=True)
]
edges.sort(key=lambda edge: str(edge[0]), reverse=True)
for weight, start, end in edges[:10]:
    print(json.dumps({"from": start, "to": end, "weight": weight}))
