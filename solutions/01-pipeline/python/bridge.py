"""A bridge in a few lines: what ps_to_http does, less all that it does when something goes wrong.

Run it in the place of ps_to_http, with the addresses of the live workshop in the environment. It subscribes once, and
puts each message into the queue before it reads the next one. While the queue is slow it reads nothing, so the pubsub
is the one to notice; when either server goes away, it ends.
"""

import os
import urllib.parse
import urllib.request

pubsub = os.environ.get("PUBSUB_URL", "http://localhost:8080")
queue = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")

with urllib.request.urlopen(pubsub + "/sub?multipart=0") as stream:
    for line in stream:
        message = line.rstrip(b"\r\n")
        if message:
            urllib.request.urlopen(queue + "/put?data=" + urllib.parse.quote(message, safe="")).read()
