#!/bin/sh
# Merge the results of several readers into one, as Chan, Golub and LeVeque do.
# Every line of standard input is one partial result, {"n": 3, "mean": 2.0, "m2": 2.0}; the merged one is printed.

# Numbers have a decimal point, whatever the language of the system.
LC_ALL=C
export LC_ALL

exec awk '
# The number that stands behind a key.
function value(key,    text) {
    if (!match($0, "\"" key "\"[ \t]*:[ \t]*[-+.0-9eE]+")) return 0
    text = substr($0, RSTART, RLENGTH)
    sub(/^"[^"]*"[ \t]*:[ \t]*/, "", text)
    return text + 0
}

# A reader that has seen nothing adds nothing.
value("n") > 0 {
    added = value("n")
    distance = value("mean") - mean
    # Each m2 is measured from its own mean. The last term is what moving all to the common mean adds.
    m2 += value("m2") + distance * distance * n * added / (n + added)
    # From our mean, go towards theirs as far as their share of the numbers says.
    mean += distance * added / (n + added)
    n += added
}

END { printf "{\"n\": %.0f, \"mean\": %.17g, \"m2\": %.17g}\n", n, mean, m2 }
'
