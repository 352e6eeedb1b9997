"""Merge the results of several readers into one, as Chan, Golub and LeVeque do.

Every line of standard input is one partial result, {"n": 3, "mean": 2.0, "m2": 2.0}; the merged one is printed.
"""

import json
import sys


def merge(a, b):
    """What one reader would know that had seen the numbers of both."""
    n = a["n"] + b["n"]
    if n == 0:
        return a  # nobody has seen anything, and there is nothing to divide by
    distance = b["mean"] - a["mean"]
    # From a's mean, go towards b's as far as b's share of the numbers says.
    mean = a["mean"] + distance * b["n"] / n
    # Each m2 is measured from its own mean. The last term is what moving all to the common mean adds.
    m2 = a["m2"] + b["m2"] + distance**2 * a["n"] * b["n"] / n
    return {"n": n, "mean": mean, "m2": m2}


if __name__ == "__main__":
    total = {"n": 0, "mean": 0.0, "m2": 0.0}
    for line in sys.stdin:
        if line.strip():
            total = merge(total, json.loads(line))
    print(json.dumps(total))
