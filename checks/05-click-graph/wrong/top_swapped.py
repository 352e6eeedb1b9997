# claim: analysis
# program: top
# mistake: prints the edges the wrong way round
import json
import os

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
edges = [
    (weight, start, end)
    for start in db.scan_iter()
    for end, weight in db.zrange(start, 0, -1, withscores=True)
]
for weight, start, end in sorted(edges, reverse=True)[:10]:
    print(json.dumps({"from": end, "to": start, "weight": weight}))
