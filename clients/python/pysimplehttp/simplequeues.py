"""The queue behind a reader: one simplequeue, or several of which any may be down."""

from __future__ import annotations

import logging
import time
from typing import Optional, Sequence

from pysimplehttp.address import Address
from pysimplehttp.connection import Connection, FetchError

_log = logging.getLogger(__name__)


class Simplequeues:
    """Gets from one of several simplequeues in turn and puts messages back, passing over those that are down."""

    def __init__(self, addresses: Sequence[Address], timeout: float, retry_after: float) -> None:
        """``timeout``: seconds for each request. ``retry_after``: seconds for which a queue that failed is left
        alone while there are others."""
        self._connections = {address: Connection(address, timeout) for address in addresses}
        self._retry_after = retry_after
        self._down_until: dict[Address, float] = {}
        self._order = list(addresses)

    def get(self, items: int) -> tuple[list[bytes], Optional[Address]]:
        """Up to ``items`` messages and the queue that they came from. With ``items`` 0, one message with ``/get``.

        No messages means that every queue that answers is empty. Raises FetchError where none answers.
        """
        target = f"/mget?items={items}" if items else "/get"
        failure: Optional[FetchError] = None
        answered = False
        for address in self._up():
            try:
                body = self._request("GET", address, target, None)
            except FetchError as error:
                failure = error
                continue
            answered = True
            if body:
                # The next get begins with the next queue, so that a busy one does not starve the others.
                if len(self._order) > 1:
                    place = self._order.index(address) + 1
                    self._order = self._order[place:] + self._order[:place]
                return ([piece for piece in body.split(b"\n") if piece] if items else [body]), address
        if failure is not None and not answered:
            raise failure
        return [], None

    def put(self, messages: Sequence[bytes], preferred: Optional[Address]) -> None:
        """Put messages into ``preferred`` or, where it is down, another queue. Raises FetchError where all are.

        Several messages go in one ``/mput``, for which none of them may contain a newline.
        """
        target = "/put" if len(messages) == 1 else "/mput"
        body = b"\n".join(messages)
        failure: Optional[FetchError] = None
        for address in sorted(self._up(), key=lambda address: address != preferred):
            try:
                self._request("POST", address, target, body)
                return
            except FetchError as error:
                failure = error
        if failure is not None:
            raise failure

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections.values():
            connection.close()

    def _up(self) -> list[Address]:
        """The queues to try, in order: those not known to be down or, where that leaves none, all of them."""
        if not self._down_until:
            return self._order
        now = time.monotonic()
        return [address for address in self._order if self._down_until.get(address, now) <= now] or self._order

    def _request(self, method: str, address: Address, target: str, body: Optional[bytes]) -> bytes:
        try:
            reply = self._connections[address].request(method, target, body)
        except FetchError as error:
            if len(self._order) > 1:
                _log.warning("%s; trying another queue", error)
            self._down_until[address] = time.monotonic() + self._retry_after
            raise
        if self._down_until:
            self._down_until.pop(address, None)
        return reply
