"""What each of the two readers in lab.py does."""


def add_one():
    """Add one to lab:n. A yield sends one command to Redis, and gives what Redis answers."""
    n = yield "GET", "lab:n"
    yield "SET", "lab:n", int(n) + 1
