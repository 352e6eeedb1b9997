# claim: every-number
# mistake: a new awk for every batch, which knows nothing of the one before

LC_ALL=C
export LC_ALL
queue=${SIMPLEQUEUE_URL:-http://localhost:8081}
while :; do
    curl --silent --fail "$queue/mget?items=100" | awk '
    /"number"/ {
        sub(/.*"number": */, "")
        sub(/[,}].*/, "")
        n++
        delta = $0 - mean
        mean += delta / n
        m2 += delta * ($0 - mean)
        if (n == 1) printf "{\"n\": 1, \"mean\": %.17g, \"variance\": null}\n", mean
        else printf "{\"n\": %d, \"mean\": %.17g, \"variance\": %.17g}\n", n, mean, m2 / (n - 1)
    }'
    sleep 0.02
done
