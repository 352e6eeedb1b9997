"""Extra: merge the results of several readers into one.

Every line of standard input is what one reader knows of its share of the stream, m2 being the sum of the squared
distances from its own mean:

    {"n": 3, "mean": 2.0, "m2": 2.0}

Print what a single reader would know, had it seen all the numbers. Try it:

    printf '%s\n' '{"n": 3, "mean": 2.0, "m2": 2.0}' '{"n": 1, "mean": 6.0, "m2": 0.0}' | python3 merge.py

That is 1, 2, 3 at one reader and 6 at the other: n is 4, the mean 3, and m2 (1-3)^2 + (2-3)^2 + (3-3)^2 + (6-3)^2 = 14.
"""

import json
import sys


def merge(a, b):
    """Merge two partial results into one."""
    # TODO: this forgets a. Make n, mean and m2 out of both; one of the two may be empty (n = 0).
    return b


if __name__ == "__main__":
    total = {"n": 0, "mean": 0.0, "m2": 0.0}
    for line in sys.stdin:
        if line.strip():
            total = merge(total, json.loads(line))
    print(json.dumps(total))
