# claim: mean
# mistake: leaves the printing of numbers to awk, which rounds to six digits

LC_ALL=C
export LC_ALL
queue=${SIMPLEQUEUE_URL:-http://localhost:8081}
while :; do
    curl --silent --fail "$queue/mget?items=100" || sleep 0.1
    sleep 0.02
done | awk '
/"number"/ {
    sub(/.*"number": */, "")
    sub(/[,}].*/, "")
    n++
    delta = $0 - mean
    mean += delta / n
    m2 += delta * ($0 - mean)
    print "{\"n\": " n ", \"mean\": " mean ", \"variance\": " (n > 1 ? m2 / (n - 1) : "null") "}"
    fflush()
}'
