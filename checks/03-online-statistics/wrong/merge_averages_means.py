# claim: merge
# program: merge
# mistake: the plain average of the means, however many numbers stand behind each

import json
import sys

parts = [json.loads(line) for line in sys.stdin]
parts = [part for part in parts if part["n"] > 0]
n = sum(part["n"] for part in parts)
mean = sum(part["mean"] for part in parts) / max(len(parts), 1)
m2 = sum(part["m2"] + part["n"] * (part["mean"] - mean) ** 2 for part in parts)
print(json.dumps({"n": n, "mean": mean, "m2": m2}))
