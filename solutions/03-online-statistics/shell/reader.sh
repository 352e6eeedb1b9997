#!/bin/sh
# Mean and variance of a stream of numbers, by Welford's algorithm. It needs curl and any POSIX awk; no client library.

# Numbers have a decimal point, whatever the language of the system.
LC_ALL=C
export LC_ALL

# awk takes the place of this shell, so that a signal to this process reaches the program itself.
exec awk -v queue="${SIMPLEQUEUE_URL:-http://localhost:8081}" '
BEGIN {
    # Up to a thousand messages with one request, one a line: to start curl is what costs.
    fetch = "exec curl --silent --show-error --fail --max-time 10 \"" queue "/mget?items=1000\""
    while (1) {
        received = 0
        while ((fetch | getline message) > 0)
            if (take(message)) received++
        if (close(fetch) != 0) pause(1)            # no answer; curl has said why
        else if (received == 0) pause(0.1)         # an empty queue: do not ask again and again at full speed
    }
}

# {"time": 1346619003.2, "number": -0.25}: the part from "number" to the last digit, then that without the key.
function take(message,    x) {
    if (!match(message, /"number"[ \t]*:[ \t]*[-+.0-9eE]+/)) return 0
    x = substr(message, RSTART, RLENGTH)
    sub(/^"number"[ \t]*:[ \t]*/, "", x)
    add(x + 0)
    # Printing costs more than calculating, so after the first ten only every 50th number is reported.
    if (n <= 10 || n % 50 == 0) report()
    return 1
}

function add(x,    distance_before) {
    n++
    distance_before = x - mean
    mean += distance_before / n
    m2 += distance_before * (x - mean)             # one distance from the old mean, one from the new
}

# 17 digits are what it takes to print a number so that nothing of it is lost; awk prints 6 unless told.
function report() {
    if (n == 1) printf "{\"n\": 1, \"mean\": %.17g, \"variance\": null}\n", mean
    else printf "{\"n\": %d, \"mean\": %.17g, \"variance\": %.17g}\n", n, mean, m2 / (n - 1)
    fflush()
}

# Not system(): while that waits, awk does not listen to Ctrl-C.
function pause(seconds,    command) {
    command = "exec sleep " seconds
    command | getline
    close(command)
}
'
