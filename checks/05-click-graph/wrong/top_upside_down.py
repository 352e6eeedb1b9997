# claim: analysis
# program: top
# mistake: the right ten, the heaviest last
import json
import os

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
edges = [
    (weight, start, end)
    for start in db.scan_iter()
    for end, weight in db.zrange(start, 0, -1, withscores=True)
]
for weight, start, end in sorted(edges)[-10:]:
    print(json.dumps({"from": start, "to": end, "weight": weight}))
