"""Put every line of a file into a simplequeue: ``python3 -m pysimplehttp.file_to_simplequeue --help``."""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import logging
import sys
from typing import Any, BinaryIO, Iterator, Optional, Sequence, cast

from pysimplehttp import command_line
from pysimplehttp.address import parse_addresses
from pysimplehttp.connection import Connection, FetchError
from pysimplehttp.filters import Filter
from pysimplehttp.reader_options import check_count, check_seconds
from pysimplehttp.sender import Sender
from pysimplehttp.stop import Stop

__all__ = ["FileToSimplequeue"]

_log = logging.getLogger(__name__)

# Lines in one request, at most.
_BATCH = 500

# Seconds to wait for a queue's statistics.
_TIMEOUT = 5


class FileToSimplequeue:
    """Fills a queue from a file, but never above a depth: a queue is memory."""

    def __init__(
        self,
        input_file: str,
        simplequeue_urls: Any,
        max_queue_depth: int = 2500,
        check_simplequeue_interval: float = 1,
        messages: Optional[Filter] = None,
    ) -> None:
        """``input_file`` may end in ``.gz``. The queue, or each of several, is filled up to ``max_queue_depth``
        messages, then left to be emptied for ``check_simplequeue_interval`` seconds. Raises ValueError."""
        self.input_file = input_file
        self.max_queue_depth = check_count("max_queue_depth", max_queue_depth, 1, 1_000_000_000)
        self.check_simplequeue_interval = check_seconds("check_simplequeue_interval", check_simplequeue_interval)
        self._filter = messages or Filter()
        self._stop = Stop()
        self._queues = [
            (Connection(address, _TIMEOUT), Sender([str(address)], self._stop))
            for address in parse_addresses(simplequeue_urls)
        ]
        self.sent = 0
        """Lines that are in a queue."""
        self.filtered = 0
        """Lines that the filter did not let through."""

    def start(self) -> None:
        """Return when all lines are in the queue, or on SIGTERM or Ctrl-C. Raises OSError for an unreadable file."""
        with self._stop.listening(), self._open() as file:
            try:
                lines = self._wanted(file)
                while not self._stop.requested:
                    filled = [self._fill(queue, lines) for queue in self._queues]
                    if None in filled:
                        break
                    if not any(filled):
                        self._stop.wait(self.check_simplequeue_interval)
            finally:
                for connection, sender in self._queues:
                    connection.close()
                    sender.close()
        _log.info("%d lines sent, %d filtered", self.sent, self.filtered)

    def _open(self) -> BinaryIO:
        if self.input_file.endswith(".gz"):
            return cast(BinaryIO, gzip.open(self.input_file, "rb"))
        return open(self.input_file, "rb")

    def _wanted(self, file: BinaryIO) -> Iterator[bytes]:
        for line in file:
            # A filter that lets little through may go over much of the file at one go.
            if self._stop.requested:
                return
            message = line.rstrip(b"\r\n")
            if not message:
                continue
            if self._filter.lets_through(message):
                yield message
            else:
                self.filtered += 1

    def _fill(self, queue: tuple[Connection, Sender], lines: Iterator[bytes]) -> Optional[bool]:
        """Fill one queue once. Returns whether anything was put into it, or None at the end of the file."""
        connection, sender = queue
        room = min(_room(connection, self.max_queue_depth), _BATCH)
        if room <= 0:
            return False
        batch = list(itertools.islice(lines, room))
        if not batch:
            return None
        lost_before = sender.lost
        sender.send(batch)
        self.sent += len(batch) - (sender.lost - lost_before)
        return True


def _room(connection: Connection, depth: int) -> int:
    """How many messages may go into the queue before it holds ``depth``; none where it does not answer."""
    try:
        return depth - int(json.loads(connection.request("GET", "/stats?format=json"))["depth"])
    except FetchError as error:
        _log.warning("%s", error)
    except (ValueError, TypeError, KeyError, RecursionError):
        _log.warning("%s does not say how many messages it holds: is it a simplequeue?", connection.address)
    return 0


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command."""
    options = command_line.parser("file_to_simplequeue", "Put every line of a file into a simplequeue.")
    options.add_argument("--input-file", required=True, metavar="PATH", help="the file; it may end in .gz")
    options.add_argument(
        "--max-queue-depth",
        type=int,
        default=2500,
        metavar="N",
        help="fill the queue up to this (default: %(default)s)",
    )
    options.add_argument(
        "--check-simplequeue-interval",
        type=float,
        default=1,
        metavar="SECONDS",
        help="how often to look into a full queue (default: %(default)s)",
    )
    return command_line.run(arguments, options, _run)


def _run(options: argparse.Namespace) -> None:
    FileToSimplequeue(
        options.input_file,
        options.simplequeue_url,
        options.max_queue_depth,
        options.check_simplequeue_interval,
        Filter(options.filter_require, options.filter_exclude),
    ).start()


if __name__ == "__main__":
    sys.exit(main())
