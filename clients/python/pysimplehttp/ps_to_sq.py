"""Put every message of a pubsub into a simplequeue: ``python3 -m pysimplehttp.ps_to_sq --help``."""

from __future__ import annotations

import argparse
import sys
from typing import Any, Optional, Sequence

from pysimplehttp import command_line
from pysimplehttp.filters import Filter
from pysimplehttp.pubsub_reader import PubsubReader
from pysimplehttp.sender import Sender


class PubsubToSimplequeue(PubsubReader):
    """A pubsub reader that puts what it reads into a queue. With several queues, each gets a share."""

    def __init__(self, pubsub_url: str, simplequeue_urls: Any, messages: Filter) -> None:
        """Raises ValueError for what cannot be addresses."""
        super().__init__(pubsub_url)
        self._filter = messages
        self._sender = Sender(simplequeue_urls, self._stop)

    def batch(self, messages: list[bytes]) -> None:
        """What came together goes on together: one request, however many messages."""
        self._sender.send([message for message in messages if self._filter.lets_through(message)])

    def start(self) -> None:
        """Deliver until SIGTERM or Ctrl-C; what was read by then is still delivered."""
        try:
            super().start()
        finally:
            self._sender.close()


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command."""
    options = command_line.parser("ps_to_sq", "Put every message of a pubsub into a simplequeue.")
    options.add_argument(
        "--pubsub-url", default="http://127.0.0.1:8080/sub?multipart=0", metavar="URL", help="default: %(default)s"
    )
    return command_line.run(arguments, options, _run)


def _run(options: argparse.Namespace) -> None:
    messages = Filter(options.filter_require, options.filter_exclude)
    PubsubToSimplequeue(options.pubsub_url, options.simplequeue_url, messages).start()


if __name__ == "__main__":
    sys.exit(main())
