# method: curl, a shell pipeline, and Redis spoken by hand over a socket
while :; do
    curl --silent --fail "$SIMPLEQUEUE_URL/mget?items=100" || exit 1
    echo
    sleep 0.1
done | python3 -c '
import json, os, socket, sys
from urllib.parse import urlsplit

address = urlsplit(os.environ["REDIS_URL"])
redis = socket.create_connection((address.hostname, address.port))
replies = redis.makefile("rb")


def command(*words):
    words = [word.encode() for word in words]
    redis.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words))
    if replies.readline()[:1] == b"$":
        replies.readline()


command("SELECT", address.path[1:])
for line in filter(str.strip, sys.stdin):
    click = json.loads(line)
    if "r" in click and "u" in click:
        command("ZINCRBY", click["r"], "1", click["u"])
'
