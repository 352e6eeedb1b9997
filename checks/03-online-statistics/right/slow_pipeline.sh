# method: one program fetches, the next one computes, begins late, and says little
while :; do
    curl --silent --fail "$SIMPLEQUEUE_URL/mget?items=100" || exit 1
    echo
    sleep 0.1
done | python3 -c '
import json, sys, time

time.sleep(1)  # as long as a big library takes to load
n, mean, m2 = 0, 0.0, 0.0
for line in filter(str.strip, sys.stdin):
    x = json.loads(line)["number"]
    n += 1
    delta = x - mean
    mean += delta / n
    m2 += delta * (x - mean)
    if n % 100 == 0:
        print(json.dumps({"n": n, "mean": mean, "variance": m2 / (n - 1)}), flush=True)
'
