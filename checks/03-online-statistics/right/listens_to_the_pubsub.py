# method: subscribes to the pubsub and leaves the queue alone, one line a hundred numbers
import json
import os
from urllib.request import urlopen

url = os.environ.get("PUBSUB_URL", "http://localhost:8080")
n, mean, m2 = 0, 0.0, 0.0

with urlopen(url + "/sub?multipart=0") as stream:
    for line in stream:
        if not line.strip():
            continue
        x = json.loads(line)["number"]
        n += 1
        before = x - mean
        mean += before / n
        m2 += before * (x - mean)
        if n % 100 == 0:
            print(json.dumps({"n": n, "mean": mean, "variance": m2 / (n - 1)}), flush=True)
