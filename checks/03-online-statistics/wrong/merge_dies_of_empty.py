# claim: merge
# program: merge
# mistake: divides by zero when the first readers have seen nothing

import json
import sys


def merge(a, b):
    n = a["n"] + b["n"]
    distance = b["mean"] - a["mean"]
    mean = a["mean"] + distance * b["n"] / n
    m2 = a["m2"] + b["m2"] + distance**2 * a["n"] * b["n"] / n
    return {"n": n, "mean": mean, "m2": m2}


total = {"n": 0, "mean": 0.0, "m2": 0.0}
for line in sys.stdin:
    total = merge(total, json.loads(line))
print(json.dumps(total))
