"""A pubsub and a simplequeue that are none of ours, with the ways of the C originals: every reply closes its
connection, JSON ends in ",}", and a subscriber is told nothing but messages. `other_servers.py pubsub|simplequeue`.
"""

import queue
import sys
import threading
import urllib.parse
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

lock = threading.Lock()
subscribers = []
messages = deque()
counted = {"received": 0, "sent": 0, "total": 0, "puts": 0, "gets": 0, "high": 0}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def reply(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=ISO-8859-1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()

    def do_POST(self):
        self.do_GET()

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        parameters = urllib.parse.parse_qs(url.query)
        if parameters.get("format"):
            return self.reply('{"answers": "badly",}')
        name = url.path.strip("/")
        getattr(self, sys.argv[1] + "_" + name, lambda _: self.send_error(404))(parameters)

    def pubsub_pub(self, _):
        # The original counts an empty message after a final newline, too.
        new = self.body().split("\n")
        with lock:
            counted["received"] += len(new)
            counted["total"] += 1
            for subscriber in subscribers:
                for message in new:
                    subscriber.put(message)
                    counted["sent"] += 1
            count = len(subscribers)
        self.reply(f"Published {len(new)} messages to {count} clients.\n")

    def pubsub_sub(self, _):
        own = queue.Queue()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"\r\n")
        with lock:
            subscribers.append(own)
            counted["total"] += 1
        try:
            while True:
                self.wfile.write(own.get().encode() + b"\n")
        except OSError:
            with lock:
                subscribers.remove(own)

    def pubsub_stats(self, _):
        with lock:
            self.reply(
                f"Active connections: {len(subscribers)}\nTotal connections: {counted['total']}\n"
                f"Messages received: {counted['received']}\nMessages sent: {counted['sent']}\nKicked clients: 0\n"
            )

    def simplequeue_put(self, parameters):
        with lock:
            messages.append(parameters["data"][0])
            counted["puts"] += 1
            counted["high"] = max(counted["high"], len(messages))
        self.reply("")

    def simplequeue_get(self, _):
        with lock:
            counted["gets"] += 1
            message = messages.popleft() if messages else ""
        self.reply(message)

    def simplequeue_dump(self, _):
        with lock:
            text = "".join(message + "\n" for message in messages)
        self.reply(text)

    def simplequeue_stats(self, _):
        with lock:
            size = sum(len(message) for message in messages)
            self.reply(
                f"puts:{counted['puts']}\ngets:{counted['gets']}\ndepth:{len(messages)}\n"
                f"depth_high_water:{counted['high']}\nbytes:{size}\noverflow:0\n"
            )


class Server(ThreadingHTTPServer):
    daemon_threads = True


with Server(("127.0.0.1", 0), Handler) as server:
    print(f"listening on 127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
