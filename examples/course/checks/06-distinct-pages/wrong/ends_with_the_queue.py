# claim: stream
# mistake: takes an empty queue for the end
import json
import os
import urllib.request

clicks, pages = 0, set()
while True:
    message = urllib.request.urlopen(os.environ["SIMPLEQUEUE_URL"] + "/get").read()
    if not message:
        break
    data = json.loads(message)
    if "u" in data:
        clicks += 1
        pages.add(data["u"])
        print(json.dumps({"clicks": clicks, "pages": len(pages)}), flush=True)
