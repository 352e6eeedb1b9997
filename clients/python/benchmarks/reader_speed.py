"""How fast a BaseReader takes messages, beside a bare loop of urllib gets, on the same queue in the same minutes.

    python3 clients/python/benchmarks/reader_speed.py target/release/simplequeue

Only the ratios of one run mean anything. The three ways take turns, batch after batch, so that whatever else the machine
does strikes them alike; each number is a median.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Callable

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pysimplehttp.BaseReader import BaseReader  # noqa: E402
from pysimplehttp.http import http_fetch  # noqa: E402


def bare_loop(address: str, count: int) -> None:
    """What a program without a library does."""
    seen = 0
    while seen < count:
        with urllib.request.urlopen(address + "/get") as reply:
            seen += "number" in json.loads(reply.read())


def reader(mget_items: int) -> Callable[[str, int], None]:
    def read(address: str, count: int) -> None:
        seen = 0

        def task(data: Any) -> bool:
            nonlocal seen
            seen += "number" in data
            if seen == count:
                base_reader.stop()
            return True

        base_reader = BaseReader(address, {"count": task}, mget_items=mget_items)
        base_reader.run()

    return read


WAYS: dict[str, Callable[[str, int], None]] = {
    "a bare loop of urllib gets": bare_loop,
    "BaseReader, one message a get": reader(0),
    "BaseReader, mget_items=100": reader(100),
}


def fill(address: str, count: int) -> None:
    lines = [json.dumps({"time": 1346619003.2 + n, "number": n / 7}) for n in range(count)]
    http_fetch(address + "/mput", method="POST", body="\n".join(lines))


def measure(address: str, messages: int, batches: int) -> dict[str, list[float]]:
    """Messages a second, for each batch of each way."""
    rates: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(batches):
        for name, way in WAYS.items():
            fill(address, messages)
            begun = time.perf_counter()
            way(address, messages)
            rates[name].append(messages / (time.perf_counter() - begun))
    return rates


def main() -> None:
    options = argparse.ArgumentParser(description="Messages a second of a BaseReader, beside a bare loop of gets.")
    options.add_argument("simplequeue", help="the server's executable, such as target/release/simplequeue")
    options.add_argument("--messages", type=int, default=5000, help="in each batch; default: %(default)s")
    options.add_argument("--batches", type=int, default=7, help="of each way; default: %(default)s")
    arguments = options.parse_args()
    command = [arguments.simplequeue, "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            line = next(line for line in server.stdout or [] if line.startswith("listening on "))
            rates = measure("http://" + line.split()[-1], arguments.messages, arguments.batches)
        finally:
            server.terminate()
    bare = statistics.median(rates["a bare loop of urllib gets"])
    for name, of_batches in rates.items():
        median = statistics.median(of_batches)
        spread = f"{min(of_batches):,.0f} to {max(of_batches):,.0f}"
        print(f"{name:<32}{median:>10,.0f}/s  x{median / bare:<6.1f}({spread})")


if __name__ == "__main__":
    main()
