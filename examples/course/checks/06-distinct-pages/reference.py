"""What a right program prints: the published messages come on standard input, one a line.

With the word `pages` it says nothing of the clicks, as estimate.py does.
"""

import json
import sys

clicks, pages = 0, set()
for line in sys.stdin:
    data = json.loads(line)
    if "u" in data:
        clicks += 1
        pages.add(data["u"])
        line = {"clicks": clicks, "pages": len(pages)}
        if "pages" in sys.argv:
            del line["clicks"]
        print(json.dumps(line))
