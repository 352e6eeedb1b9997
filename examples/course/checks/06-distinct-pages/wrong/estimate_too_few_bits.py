# claim: estimate
# program: estimate
# mistake: counts the bits that are set, and has 64 of them
import hashlib
import json
import os

from pysimplehttp.BaseReader import BaseReader

bits = set()


def handle(data):
    if "u" in data:
        bits.add(hashlib.sha256(data["u"].encode()).digest()[0] % 64)
        print(json.dumps({"pages": len(bits)}), flush=True)
    return True


BaseReader(os.environ["SIMPLEQUEUE_URL"], {"estimate": handle}, mget_items=100, sleeptime_queue_empty=0.1).run()
