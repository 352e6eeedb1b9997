"""Ending a loop in good order, when a signal asks for it."""

from __future__ import annotations

import contextlib
import selectors
import signal
import socket
import threading
from types import FrameType
from typing import Iterator, Optional

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stop:
    """A wish to stop, and a wait that ends as soon as somebody has it.

    A threading.Event will not do: a signal handler that sets it while the main thread waits on it can deadlock.
    """

    def __init__(self) -> None:
        self.requested = False
        self._wakes: Optional[socket.socket] = None
        self._waits: Optional[socket.socket] = None

    def request(self) -> None:
        """Ask to stop. Any thread and any signal handler may."""
        self.requested = True
        wakes = self._wakes
        if wakes is not None:
            with contextlib.suppress(OSError):  # full (then the wait ends anyhow), or closed this moment
                wakes.send(b"!")

    def wait(self, seconds: float) -> None:
        """Wait this long, or until the stop is requested. Only inside :meth:`listening`."""
        if self.requested or seconds <= 0 or self._waits is None:
            return
        self._waits.settimeout(seconds)
        with contextlib.suppress(socket.timeout):
            self._waits.recv(1)

    def wait_for(self, readable: socket.socket) -> bool:
        """Wait until there is something to read, and return True; or False once the stop is requested. Only inside
        :meth:`listening`."""
        if self.requested or self._waits is None:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._waits, selectors.EVENT_READ)
            selector.register(readable, selectors.EVENT_READ)
            selector.select()
        return not self.requested

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Within this, SIGTERM and SIGINT (Ctrl-C) ask to stop; a second one ends the program on the spot.

        In another thread than the main one signals cannot be caught, and only :meth:`request` stops.
        """
        if self._waits is not None:
            raise RuntimeError("it is running already: make another reader for another thread")
        self._waits, self._wakes = socket.socketpair()
        self._wakes.setblocking(False)
        caught = {}
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                # A shell lets its background jobs ignore Ctrl-C; that is to stay so.
                if signal.getsignal(number) is not signal.SIG_IGN:
                    caught[number] = signal.signal(number, self._on_signal)
        try:
            yield
        finally:
            for number, before in caught.items():
                # None: installed by something that is not Python, and out of Python's reach.
                signal.signal(number, signal.SIG_DFL if before is None else before)
            wakes, waits, self._wakes, self._waits = self._wakes, self._waits, None, None
            wakes.close()
            waits.close()
            self.requested = False

    def _on_signal(self, number: int, frame: Optional[FrameType]) -> None:
        # No logging here: the signal may have come in the middle of a log line.
        for caught in _SIGNALS:
            if signal.getsignal(caught) == self._on_signal:
                signal.signal(caught, signal.SIG_DFL)
        self.request()
