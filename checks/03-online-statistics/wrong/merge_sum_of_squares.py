# claim: merge
# program: merge
# mistake: goes back to sums of squares, which cancel when the numbers are far from zero

import json
import sys

n, total, squares = 0, 0.0, 0.0
for line in sys.stdin:
    part = json.loads(line)
    n += part["n"]
    total += part["n"] * part["mean"]
    squares += part["m2"] + part["n"] * part["mean"] ** 2
mean = total / max(n, 1)
print(json.dumps({"n": n, "mean": mean, "m2": squares - n * mean**2}))
