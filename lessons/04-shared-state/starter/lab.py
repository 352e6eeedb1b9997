"""Two readers, a command at a time, in the order that you choose. What they do is in add_one.py.

    python3 lab.py 1 2 1 2

lets reader 1 send its first command, then reader 2 its first, then each its second. What is left when the order is at
its end is sent too: by reader 1 first. Nothing here touches your histograms, and there is nothing to change in it.
"""

import os
import sys

import redis
from add_one import add_one

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/1")


class Reader:
    """One of the two, with a connection of its own."""

    def __init__(self, column):
        self.column = column
        self.redis = redis.Redis.from_url(REDIS_URL, decode_responses=True, single_connection_client=True)
        self.redis.response_callbacks.clear()  # answers as Redis gives them
        self.steps = add_one()
        self.command = next(self.steps, None)

    def step(self):
        """Send the next command; nothing where the reader is done."""
        if self.command is None:
            return
        words = " ".join(map(str, self.command))
        try:
            answer = self.redis.execute_command(*self.command)
        except redis.ResponseError as error:
            answer = f"error: {error}"
        print(f"{'':{self.column}}{words} -> {'nil' if answer is None else answer}")
        try:
            self.command = self.steps.send(answer)
        except StopIteration:
            self.command = None


def main(order):
    if not all(argument in ("1", "2") for argument in order):
        sys.exit("the order is made of 1 and 2, for example: python3 lab.py 1 2 1 2")
    db = redis.Redis.from_url(REDIS_URL, decode_responses=True)
    db.set("lab:n", 0)
    readers = {"1": Reader(column=0), "2": Reader(column=30)}
    print(f"{'reader 1':30}reader 2")
    for turn in order:
        readers[turn].step()
    for reader in readers.values():
        while reader.command is not None:
            reader.step()
    print(f"two readers have added one each, and lab:n is {db.get('lab:n')}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except redis.ConnectionError as error:
        sys.exit(f"no Redis: {error}\n`workshop start 4` brings it up, and `eval \"$(workshop env)\"` says where it is")
