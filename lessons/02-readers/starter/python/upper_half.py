"""Extra: print only the numbers between 0.5 and 1, the ends not among them. Nothing has to fail here."""

import json
import os

from pysimplehttp.BaseReader import BaseReader

SIMPLEQUEUE_URL = os.environ.get("SIMPLEQUEUE_URL", "http://localhost:8081")


def upper_half(data):
    """Called with every message before any task. What it returns is what the tasks get; None drops the message."""
    # TODO: drop what does not lie in the open interval (0.5, 1).
    return data


def show(data):
    print(json.dumps({"number": data["number"]}), flush=True)
    return True


if __name__ == "__main__":
    BaseReader(
        SIMPLEQUEUE_URL,
        all_tasks={"show": show},
        preprocess_method=upper_half,
        max_tries=3,
        requeue_delay=0.2,
        sleeptime_queue_empty=0.1,
    ).run()
