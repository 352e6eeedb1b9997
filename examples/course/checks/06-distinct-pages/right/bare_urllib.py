# Without the client library, a message at a time.
import json
import os
import time
import urllib.request

clicks, pages = 0, set()
while True:
    message = urllib.request.urlopen(os.environ["SIMPLEQUEUE_URL"] + "/get").read()
    if not message:
        time.sleep(0.1)
        continue
    data = json.loads(message)
    if "u" in data:
        clicks += 1
        pages.add(data["u"])
        print(json.dumps({"clicks": clicks, "pages": len(pages)}), flush=True)
