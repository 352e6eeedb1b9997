# claim: merge
# program: merge
# mistake: adds up M2, and leaves out how far apart the means are

import json
import sys


def merge(a, b):
    n = a["n"] + b["n"]
    if n == 0:
        return a
    mean = (a["n"] * a["mean"] + b["n"] * b["mean"]) / n
    return {"n": n, "mean": mean, "m2": a["m2"] + b["m2"]}


total = {"n": 0, "mean": 0.0, "m2": 0.0}
for line in sys.stdin:
    total = merge(total, json.loads(line))
print(json.dumps(total))
