"""What the two commands, ps_to_sq and file_to_simplequeue, have in common."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import Callable, Optional, Sequence


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """A parser with the options that both have."""
    made = argparse.ArgumentParser(prog=name, description=description, allow_abbrev=False)
    made.add_argument(
        "--simplequeue-url",
        action="append",
        required=True,
        metavar="URL",
        help="where the queue is; given several times, each message goes to one of them",
    )
    made.add_argument(
        "--filter-require", action="append", default=[], metavar="KEY=VALUE", help="only messages with this value"
    )
    made.add_argument(
        "--filter-exclude", action="append", default=[], metavar="KEY=VALUE", help="no messages with this value"
    )
    return made


def run(
    arguments: Optional[Sequence[str]],
    options: argparse.ArgumentParser,
    command: Callable[[argparse.Namespace], None],
) -> int:
    """Parse (``_`` and ``-`` are alike in the names of options, as in the servers' commands), run, and return the exit
    status: 0, or 1 with one line on standard error; a wrong option ends the program with 2."""
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        command(options.parse_args([_with_hyphens(argument) for argument in given]))
    except (ValueError, OSError) as error:
        print(f"{options.prog}: {error}", file=sys.stderr)
        return 1
    return 0


def _with_hyphens(argument: str) -> str:
    if not argument.startswith("--"):
        return argument
    name, equals, value = argument.partition("=")
    return name.replace("_", "-") + equals + value
