"""Real servers, readers in threads and in other processes, and waiting with a deadline."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, Optional

PACKAGE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PACKAGE))

from pysimplehttp.BaseReader import BaseReader  # noqa: E402
from pysimplehttp.http import FetchError, http_fetch, simplequeue_write  # noqa: E402

# A shell lets its background jobs ignore Ctrl-C, and their children inherit that. The readers in these tests shall not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Seconds. Far more than anything here takes: reached only where something is broken.
DEADLINE = 20.0


class Process:
    """A child process whose lines of output are waited for one by one. Killed at the end of the test."""

    def __init__(self, test: unittest.TestCase, command: list[str], environment: Optional[dict[str, str]] = None):
        self.child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        self._lines: queue.Queue[Optional[str]] = queue.Queue()
        self.errors: list[str] = []
        self._threads = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        test.addCleanup(self._clean_up)

    def _read_output(self) -> None:
        for line in self.child.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _read_errors(self) -> None:
        self.errors.extend(self.child.stderr)

    def line(self) -> Optional[str]:
        """The next line of standard output, or None after the last."""
        try:
            return self._lines.get(timeout=DEADLINE)
        except queue.Empty:
            raise AssertionError(f"no line within {DEADLINE} s; standard error: {''.join(self.errors)}") from None

    def say(self, line: str) -> None:
        """Give the child a line of standard input."""
        self.child.stdin.write(line + "\n")
        self.child.stdin.flush()

    def send(self, number: signal.Signals) -> None:
        self.child.send_signal(number)

    def exit_status(self) -> int:
        """Wait for the child to end."""
        status = self.child.wait(timeout=DEADLINE)
        for thread in self._threads:
            thread.join(timeout=DEADLINE)
        return status

    def _clean_up(self) -> None:
        self.child.kill()
        self.child.wait()
        for thread in self._threads:
            thread.join(timeout=DEADLINE)
        for pipe in (self.child.stdin, self.child.stdout, self.child.stderr):
            try:
                pipe.close()
            except BrokenPipeError:
                pass


class Server(Process):
    """One of the workshop's servers, on a free port unless told which."""

    variable = ""

    def __init__(self, test: unittest.TestCase, port: int = 0) -> None:
        executable = os.environ.get(self.variable)
        if not executable:
            test.fail(f"set {self.variable} to the path of the server's executable: these tests need the real one")
        super().__init__(test, [executable, f"--port={port}"])
        line = self.line()
        while line is not None and not line.startswith("listening on "):
            line = self.line()
        if line is None:
            raise OSError(f"{executable} --port={port} ended: {''.join(self.errors)}")
        self.address = "http://" + line[len("listening on ") :]
        self.port = int(line.rpartition(":")[2])

    def stop(self) -> None:
        self.child.kill()
        self.child.wait()


class Pubsub(Server):
    variable = "WORKSHOP_PUBSUB"


class Simplequeue(Server):
    variable = "WORKSHOP_SIMPLEQUEUE"

    def put(self, *messages: Any) -> None:
        for message in messages:
            simplequeue_write(self.address, message)

    def dump(self) -> list[Any]:
        """What is in the queue, parsed; nothing is taken."""
        return [json.loads(line) for line in http_fetch(self.address + "/dump").splitlines()]


def http_json(url: str) -> Any:
    return json.loads(http_fetch(url))


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Poll for something that happens in another process and cannot be waited for otherwise."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {DEADLINE} s: {what}")
        time.sleep(0.002)


def unused_address(test: unittest.TestCase) -> str:
    """An address at which nothing listens, and nothing will while the test runs: a bound socket holds the port."""
    import socket

    holder = socket.socket()
    test.addCleanup(holder.close)
    holder.bind(("127.0.0.1", 0))
    return f"http://127.0.0.1:{holder.getsockname()[1]}"


def run_reader(reader: BaseReader) -> None:
    """Run a reader in this process until it stops itself. One that does not is stopped, and fails the test."""
    late = []

    def stop_it() -> None:
        late.append(True)
        reader.stop()

    watchdog = threading.Timer(DEADLINE, stop_it)
    watchdog.start()
    try:
        reader.run()
    finally:
        watchdog.cancel()
        watchdog.join()
        if late:
            # Also where the reader has ended with an exception: it ended too late.
            raise AssertionError(f"the reader had not stopped itself within {DEADLINE} s")


class PausingReader(BaseReader):
    """Writes down the pauses that it would make instead of making them, and stops after some."""

    def __init__(self, *arguments: Any, pauses: int, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.pauses: list[float] = []
        self._pauses_left = pauses

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self.pauses.append(seconds)
            self._pauses_left -= 1
            if self._pauses_left == 0:
                self.stop()


def reader_command(test: unittest.TestCase, program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command, and its environment, for a program that uses the library."""
    path = Path(temporary_directory(test)) / "reader.py"
    path.write_text(textwrap.dedent(program), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment["PYTHONPATH"] = str(PACKAGE)
    return [sys.executable, "-W", "error", str(path), *arguments], environment


def reader_process(test: unittest.TestCase, program: str, *arguments: str) -> Process:
    """Run a program that uses the library, with standard output a pipe, as an arena does."""
    return Process(test, *reader_command(test, program, *arguments))


def temporary_directory(test: unittest.TestCase) -> str:
    directory = tempfile.TemporaryDirectory()
    test.addCleanup(directory.cleanup)
    return directory.name


__all__ = [
    "DEADLINE",
    "BaseReader",
    "FetchError",
    "PausingReader",
    "Process",
    "Pubsub",
    "Simplequeue",
    "http_fetch",
    "http_json",
    "reader_command",
    "reader_process",
    "run_reader",
    "simplequeue_write",
    "temporary_directory",
    "unused_address",
    "wait_until",
]
