# method: the asynchronous client

import asyncio
import json
import os
from urllib.request import urlopen

import redis.asyncio


async def main():
    db = redis.asyncio.Redis.from_url(os.environ["REDIS_URL"])
    queue = os.environ["SIMPLEQUEUE_URL"]
    while True:
        body = await asyncio.to_thread(lambda: urlopen(queue + "/mget?items=10").read())
        batch = [json.loads(line) for line in body.split(b"\n") if line]
        if not batch:
            await asyncio.sleep(0.1)
        for data in batch:
            await asyncio.gather(
                db.hincrby(f"histogram:{data['distribution']}", data["number"], 1),
                db.incr("messages"),
            )


asyncio.run(main())
