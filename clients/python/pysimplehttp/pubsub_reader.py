"""Every message of a pubsub, as it is published.

::

    from pysimplehttp.pubsub_reader import PubsubReader

    class Printer(PubsubReader):
        def callback(self, data):       # the bytes of one message
            print(data.decode())

    Printer("http://localhost:8080").start()    # until Ctrl-C or SIGTERM
"""

from __future__ import annotations

import logging
import socket
from typing import Optional

from pysimplehttp import standard_output
from pysimplehttp.address import Address, parse_url
from pysimplehttp.BackoffTimer import BackoffTimer
from pysimplehttp.connection import FetchError
from pysimplehttp.stop import Stop

__all__ = ["PubsubReader"]

_log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""A message longer than this ends the connection: the memory is not without end."""

_READ_BYTES = 256 * 1024

# Seconds, of the pauses between attempts to connect.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 30


class PubsubReader:
    """Subscribes to a pubsub and calls :meth:`callback` with each message.

    A pubsub keeps nothing: what is published while the connection is broken is lost, and so is what comes faster
    than it is handled, in the long run (the pubsub closes the connection of a subscriber that is far behind). After
    either the reader connects anew.
    """

    def __init__(self, pubsub_url: str, timeout: float = 5) -> None:
        """``pubsub_url``: ``"http://localhost:8080"``; or, for parameters of your own, the whole of
        ``"http://localhost:8080/sub?multipart=0"``. ``timeout``: seconds to connect and to be let in.

        Raises ValueError for what cannot be a URL.
        """
        self.address, self._target = parse_url(pubsub_url)
        if self._target == "/":
            self._target = "/sub?multipart=0"
        if not timeout > 0:
            raise ValueError(f"timeout must be more than 0 seconds, not {timeout!r}")
        self.timeout = timeout
        self._stop = Stop()
        self._nobody_reads = False
        self._output_failure: Optional[OSError] = None

    def callback(self, data: bytes) -> None:
        """One message. To be written by you; an exception is logged and stops nothing."""
        raise NotImplementedError("a PubsubReader needs a callback: derive a class that has one")

    def batch(self, messages: list[bytes]) -> None:
        """All messages that came at once. Calls :meth:`callback` for each; replace it to handle them together."""
        for message in messages:
            try:
                self.callback(message)
            except NotImplementedError:
                raise
            except Exception as error:
                if self._is_unread(error):
                    return
                _log.exception("the callback failed on %r", message[:200])
            if self._stop.requested:
                return

    def close(self) -> None:
        """Have :meth:`start` return after the message in hand. May be called from anywhere."""
        self._stop.request()

    def start(self) -> None:
        """Read until SIGTERM, Ctrl-C or :meth:`close`, and connect anew whenever the connection ends.

        What the callback prints is flushed with each piece that comes from the pubsub. Raises SystemExit with status 141
        when nobody reads standard output any more, as :meth:`BaseReader.run` does.
        """
        self._nobody_reads = False
        self._output_failure = None
        pause = BackoffTimer(0, _LONGEST_PAUSE, _FIRST_PAUSE)
        with self._stop.listening():
            while not self._stop.requested:
                pause.failure()
                try:
                    with _Subscription(self.address, self._target, self.timeout) as subscription:
                        _log.info("subscribed to %s%s", self.address, self._target)
                        pause = BackoffTimer(0, _LONGEST_PAUSE, _FIRST_PAUSE)
                        pause.failure()
                        self._read(subscription)
                except OSError as error:
                    if self._is_unread(error):
                        break
                    _log.warning("%s; connecting again in %g seconds", error, pause.get_interval())
                self._stop.wait(pause.get_interval())
        if self._output_failure is not None:
            raise self._output_failure
        if self._nobody_reads:
            raise SystemExit(standard_output.NOBODY_READS_STATUS)

    def _read(self, subscription: _Subscription) -> None:
        while subscription.has_messages() or self._stop.wait_for(subscription.socket):
            messages = subscription.messages()
            if messages:
                self.batch(messages)
                self._flush()
            if self._stop.requested:
                return

    def _flush(self) -> None:
        try:
            standard_output.flush()
        except BrokenPipeError:
            self._end_unread()
        except OSError as error:
            # A full disk, say. Not a matter of the connection, for which it would be taken.
            self._output_failure = error
            self._stop.request()

    def _is_unread(self, error: Exception) -> bool:
        """Whether this happened because nobody reads standard output any more; then the reader is to end."""
        if not isinstance(error, BrokenPipeError) or not standard_output.is_broken():
            return False
        self._end_unread()
        return True

    def _end_unread(self) -> None:
        self._nobody_reads = True
        self._stop.request()
        standard_output.discard()
        _log.warning("nobody reads standard output any more; ending")


class _Subscription:
    """A connection whose reply never ends: lines, each a message."""

    def __init__(self, address: Address, target: str, timeout: float) -> None:
        self._address = address
        self._rest = b""
        try:
            self.socket = socket.create_connection((address.host, address.port), timeout)
        except OSError as error:
            raise FetchError(f"cannot connect to {address}: {error.strerror or error}", address) from None
        try:
            # Version 1.0: the reply is what is published and nothing else, not cut into chunks.
            host = str(address)[len("http://") :]
            self.socket.sendall(f"GET {target} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode("ascii"))
            self._rest = self._after_head()
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self) -> _Subscription:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def _after_head(self) -> bytes:
        head = b""
        while b"\r\n\r\n" not in head:
            if len(head) > _READ_BYTES:
                raise FetchError(f"{self._address} does not answer as a pubsub does", self._address)
            try:
                piece = self.socket.recv(_READ_BYTES)
            except socket.timeout:
                raise FetchError(f"{self._address} does not answer", self._address) from None
            if not piece:
                raise FetchError(f"{self._address} closed the connection without an answer", self._address)
            head += piece
        head, _, rest = head.partition(b"\r\n\r\n")
        status = head.split(b"\r\n")[0].decode("ascii", "replace").split(" ", 1)[-1]
        if not status.startswith("200"):
            code = int(status[:3]) if status[:3].isdigit() else None
            raise FetchError(f"{self._address} answered {status} to a subscriber", self._address, code)
        if b"transfer-encoding:" in head.lower():
            raise FetchError(f"{self._address} sends chunks to a subscriber that cannot read them", self._address)
        return rest

    def has_messages(self) -> bool:
        """Whether a whole message has been read already, with the head of the reply."""
        return b"\n" in self._rest

    def messages(self) -> list[bytes]:
        """What has come. Raises FetchError at the end of the connection."""
        if not self.has_messages():
            piece = self.socket.recv(_READ_BYTES)
            if not piece:
                raise FetchError(f"{self._address} closed the connection", self._address)
            self._rest += piece
        lines = self._rest.split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MAX_MESSAGE_BYTES:
            raise FetchError(f"{self._address} sent a message of more than {MAX_MESSAGE_BYTES} bytes", self._address)
        # Every subscription begins with an empty line.
        return [line for line in lines if line.rstrip(b"\r")]
