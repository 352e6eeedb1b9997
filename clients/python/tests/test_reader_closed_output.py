"""What a reader does when nobody reads its output any more, as in ``python3 reader.py | head -2``."""

import json
import subprocess
import threading
import unittest

import support

# Each way of printing waits at message 2 until it is told that the pipe is closed.
READER = """
import sys
from pysimplehttp.BaseReader import BaseReader

def show(data, **options):
    if data["n"] == 2:
        sys.stdin.readline()
    print(data["n"], **options)
    return data

def quiet(data):
    return True

def show_all_but_2_and_fail(data):
    return data["n"] != 2 and bool(show(data))

try:
    BaseReader(sys.argv[1], mget_items=int(sys.argv[2]), sleeptime_queue_empty=1000, {functions}).run()
finally:
    print("printed while the program ends")
print("not reached", file=sys.stderr)
"""

IN_A_TASK = 'all_tasks={"show": show}'
IN_A_TASK_AND_FLUSHED = 'all_tasks={"show": lambda data: show(data, flush=True)}'
IN_A_SECOND_TASK = 'all_tasks={"quiet": quiet, "show": show}'
BEFORE_THE_TASKS = 'all_tasks={"quiet": quiet}, preprocess_method=show'
IN_THE_VALIDATION = 'all_tasks={"quiet": quiet}, validate_method=show'
WHEN_GIVEN_UP = (
    'all_tasks={"show": show_all_but_2_and_fail}, max_tries=1, requeue_giveup=lambda envelope: show(envelope["data"])'
)

# The third is on its second try already. The spaces would not survive being parsed and written anew.
MESSAGES = [
    b'{"n":  0}',
    b'{"n":  1}',
    b'{"data":  {"n": 2}, "tries": 1, "retry_on": null, "started": 1700000000}',
    b'{"n":  3}',
    b'{"n":  4}',
    b'{"n":  5}',
]


class ClosedOutputTest(unittest.TestCase):
    def setUp(self) -> None:
        self.queue = support.Simplequeue(self)

    def run_closed(self, functions: str, mget_items: int, unbuffered: bool, one_pipe: bool = False) -> tuple[int, str]:
        """Run a reader, close its output after two lines, and return its exit status and what it says of it."""
        program = READER.replace("{functions}", functions)
        command, environment = support.reader_command(self, program, self.queue.address, str(mget_items))
        if unbuffered:
            environment["PYTHONUNBUFFERED"] = "1"
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if one_pipe else subprocess.PIPE,
            env=environment,
        )
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        late = []
        watchdog = threading.Timer(support.DEADLINE, lambda: (late.append(True), child.kill()))
        watchdog.start()
        try:
            lines = [child.stdout.readline(), child.stdout.readline()]
            child.stdout.close()
            child.stdin.write(b"closed\n")
            child.stdin.close()
            said = b""
            if child.stderr is not None:
                with child.stderr:
                    said = child.stderr.read()
            status = child.wait()
        finally:
            watchdog.cancel()
            watchdog.join()
        self.assertFalse(late, f"it had not ended within {support.DEADLINE} s; it said: {said[:2000]!r}")
        self.assertEqual(lines, [b"0\n", b"1\n"])
        return status, said.decode()

    def left(self) -> list[bytes]:
        """The messages in the queue, byte for byte, in the order of their numbers."""
        lines = support.http_fetch(self.queue.address + "/dump").splitlines()
        return sorted(lines, key=lambda line: json.loads(line).get("data", json.loads(line))["n"])

    def check(self, functions: str, mget_items: int, unbuffered: bool, left: list[bytes], lines: int = 1) -> None:
        with self.subTest(functions, mget_items=mget_items, unbuffered=unbuffered):
            self.queue = support.Simplequeue(self)
            self.queue.put(*MESSAGES)
            status, said = self.run_closed(functions, mget_items, unbuffered)
            self.assertEqual(status, 141, said)
            self.assertEqual(said.count("\n"), lines, said)
            self.assertIn("nobody reads standard output", said)
            self.assertEqual(self.left(), left)

    def test_what_is_not_done_goes_back_unchanged_and_the_program_ends(self) -> None:
        for mget_items in (0, 4, 100):
            self.check(IN_A_TASK, mget_items, True, MESSAGES[2:])
        for mget_items in (0, 100):
            self.check(IN_A_TASK_AND_FLUSHED, mget_items, False, MESSAGES[2:])

    def test_all_functions_may_print(self) -> None:
        for functions in (IN_A_SECOND_TASK, BEFORE_THE_TASKS, IN_THE_VALIDATION):
            self.check(functions, 100, True, MESSAGES[2:])
        # Here the other line says that the message is given up.
        self.check(WHEN_GIVEN_UP, 100, True, MESSAGES[2:], lines=2)

    def test_it_may_come_to_light_only_when_the_reader_flushes(self) -> None:
        """A message whose tasks have returned True is done: one, or here with a batch of two, 2 and 3."""
        self.check(IN_A_TASK, 0, False, MESSAGES[3:])
        self.check(IN_A_TASK, 2, False, MESSAGES[4:])

    def test_the_flush_of_a_pause_puts_nothing_back_twice(self) -> None:
        """Message 2 prints into the buffer and fails, and the reader flushes before it backs off."""
        failing = 'all_tasks={"show": lambda data: show(data) and data["n"] != 2}'
        self.queue.put(*MESSAGES)
        status, _ = self.run_closed(failing, 2, False)
        failed, *others = self.left()
        envelope = json.loads(failed)
        self.assertEqual((status, envelope["data"], envelope["tries"]), (141, {"n": 2}, 2))
        self.assertEqual(others, MESSAGES[3:])

    def test_standard_error_may_be_closed_too(self) -> None:
        for functions, unbuffered in ((IN_A_TASK, True), (IN_A_TASK_AND_FLUSHED, False)):
            with self.subTest(unbuffered=unbuffered):
                self.queue = support.Simplequeue(self)
                self.queue.put(*MESSAGES)
                status, _ = self.run_closed(functions, 100, unbuffered, one_pipe=True)
                self.assertEqual((status, self.left()), (141, MESSAGES[2:]))

    def test_another_broken_pipe_is_an_ordinary_failure(self) -> None:
        self.queue.put({"n": 0}, {"n": 1})
        reader = support.reader_process(
            self,
            """
            import socket, sys
            from pysimplehttp.BaseReader import BaseReader

            def send(data):
                print(data["n"])
                if data["n"] == 0:
                    here, there = socket.socketpair()
                    with here:
                        there.close()
                        here.sendall(b"anybody?")
                reader.stop() if data["n"] == 1 else None
                return True

            reader = BaseReader(sys.argv[1], {"send": send})
            reader.run()
            """,
            self.queue.address,
        )
        self.assertEqual([reader.line(), reader.line(), reader.line()], ["0", "1", None])
        self.assertEqual(reader.exit_status(), 0)
        self.assertIn("BrokenPipeError", "".join(reader.errors))
        (failed,) = self.queue.dump()
        self.assertEqual((failed["data"], failed["tries"]), ({"n": 0}, 1))
