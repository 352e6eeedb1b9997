# claim: merge
# program: merge
# mistake: merges the first two readers and ignores the others

import json
import sys


def merge(a, b):
    n = a["n"] + b["n"]
    if n == 0:
        return a
    distance = b["mean"] - a["mean"]
    mean = a["mean"] + distance * b["n"] / n
    m2 = a["m2"] + b["m2"] + distance**2 * a["n"] * b["n"] / n
    return {"n": n, "mean": mean, "m2": m2}


first = json.loads(sys.stdin.readline())
second = json.loads(sys.stdin.readline())
print(json.dumps(merge(first, second)))
