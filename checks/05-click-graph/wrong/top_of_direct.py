# claim: analysis
# program: top
# mistake: looks at one node alone
import json
import os

import redis

db = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
for end, weight in db.zrange("direct", 0, 9, desc=True, withscores=True):
    print(json.dumps({"from": "direct", "to": end, "weight": weight}))
