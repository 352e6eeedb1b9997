"""Queues that go away, come back, lose a reply; several queues; several readers."""

import threading
import unittest
from pathlib import Path

import support
from pysimplehttp.BaseReader import BaseReader
from scripted_server import ScriptedServer, close, cut, reply, reply_and_close, reset, silence
from support import PausingReader, run_reader


class ConnectionsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.seen: list = []

    def until(self, count: int, address: object, **options: object) -> BaseReader:
        def note(data: dict) -> bool:
            self.seen.append(data["n"])
            if len(self.seen) == count:
                reader.stop()
            return True

        reader = BaseReader(address, {"note": note}, **{"sleeptime_failed_queue": 0.01, **options})
        return reader

    def test_a_server_that_closes_the_connection_after_each_reply(self) -> None:
        server = ScriptedServer(self, *(reply_and_close(b'{"n": %d}' % n) for n in range(5)))
        with self.assertNoWarnings():
            run_reader(self.until(5, server.address))
        self.assertEqual(self.seen, [0, 1, 2, 3, 4])

    def assertNoWarnings(self) -> object:
        # assertNoLogs() came with Python 3.10.
        class NoWarnings:
            def __enter__(this) -> None:
                this.logs = self.assertLogs("pysimplehttp", "INFO")
                this.logged = this.logs.__enter__()

            def __exit__(this, *error: object) -> None:
                this.logs.__exit__(*error)
                self.assertEqual([r.getMessage() for r in this.logged.records if r.levelname != "INFO"], [])

        return NoWarnings()

    def test_a_reply_that_is_lost_stops_nothing(self) -> None:
        for lose in (close, reset, cut, silence, reply(b"broken", "500 Internal Server Error"), reply(b"", "404 No")):
            with self.subTest(getattr(lose, "__name__", "")):
                self.seen.clear()
                server = ScriptedServer(self, lose, reply(b'{"n": 1}'))
                with self.assertLogs("pysimplehttp", "WARNING") as logged:
                    run_reader(self.until(1, server.address, timeout=0.5))
                self.assertEqual(self.seen, [1])
                self.assertIn("asking again in 0.01 seconds", logged.output[0])

    def test_a_server_that_is_restarted(self) -> None:
        first = support.Simplequeue(self)
        first.put({"n": 1})
        queues = [first]

        def task(data: dict) -> bool:
            self.seen.append(data["n"])
            if data["n"] == 1:
                # While the reader has a connection open.
                first.stop()
            else:
                reader.stop()
            return True

        class Restarting(BaseReader):
            """Starts the server again after having found it away twice."""

            found_away = 0

            def _pause(self, seconds: float) -> None:
                if seconds == 0.001:
                    self.found_away += 1
                if self.found_away == 2 and len(queues) == 1:
                    queues.append(support.Simplequeue(test, first.port))
                    queues[1].put({"n": 2})
                super()._pause(seconds)

        test = self
        reader = Restarting(first.address, {"t": task}, sleeptime_failed_queue=0.001)
        with self.assertLogs("pysimplehttp", "WARNING"):
            run_reader(reader)
        self.assertEqual(self.seen, [1, 2])

    def test_a_queue_that_is_down_is_passed_over(self) -> None:
        alive = support.Simplequeue(self)
        alive.put({"n": 1}, {"n": 2}, {"n": 3})
        down = support.unused_address(self)
        for addresses in ([down, alive.address], [alive.address, down]):
            with self.subTest(addresses):
                self.seen.clear()
                alive.put({"n": 4})
                reader = PausingReader(addresses, {"t": lambda data: self.seen.append(data["n"]) or True}, pauses=1)
                with self.assertLogs("pysimplehttp", "WARNING") as logged:
                    run_reader(reader)
                self.assertIn(4, self.seen)
                # It is not asked again with every message, and the only pause is for the queue that is empty.
                self.assertEqual((len(logged.output), reader.pauses), (1, [0.5]))

    def test_a_message_whose_queue_dies_is_put_into_another(self) -> None:
        dying, other = support.Simplequeue(self), support.Simplequeue(self)
        dying.put({"n": 1})

        def task(data: dict) -> bool:
            dying.stop()
            reader.stop()
            return False

        reader = BaseReader([dying.address, other.address], {"t": task})
        with self.assertLogs("pysimplehttp", "WARNING"):
            run_reader(reader)
        self.assertEqual([envelope["data"] for envelope in other.dump()], [{"n": 1}])

    def test_putting_back_is_tried_until_it_succeeds(self) -> None:
        error = reply(b"", "500 Internal Server Error")
        server = ScriptedServer(self, reply(b'{"n": 1}'), error, close, error, reply(b""), reply(b'{"n": 2}'))
        reader = PausingReader(server.address, {"t": lambda data: data["n"] == 2 and reader.stop() or False}, pauses=99)
        with self.assertLogs("pysimplehttp", "WARNING"):
            run_reader(reader)
        asked = [(method, path) for method, path, _ in server.requests]
        puts = [body for method, _, body in server.requests if method == "POST"]
        self.assertEqual(asked[0], ("GET", "/get"))
        self.assertEqual(asked[1:5], [("POST", "/put")] * 4)
        self.assertEqual(len(set(puts[:4])), 1)
        # After the closed connection the request was sent again at once; after each refusal there was a pause.
        self.assertEqual(reader.pauses.count(5), 2)

    def test_a_message_that_cannot_be_put_back_at_the_end_is_kept_in_a_file(self) -> None:
        queue = support.Simplequeue(self)
        queue.put({"n": 1}, {"n": 2})
        directory = support.temporary_directory(self)

        def task(data: dict) -> bool:
            queue.stop()
            reader.stop()
            return False

        reader = BaseReader(queue.address, {"t": task}, mget_items=2, failed_message_dir=directory)
        with self.assertLogs("pysimplehttp", "ERROR"):
            run_reader(reader)
        kept = sorted(path.read_text() for path in Path(directory).iterdir())
        self.assertEqual(len(kept), 2)
        self.assertIn('"data": {"n": 1}', kept[0])
        self.assertEqual(kept[1], '{"n": 2}')

    def test_a_program_that_exits_while_the_queue_is_away_does_not_wait_for_it(self) -> None:
        queue = support.Simplequeue(self)
        queue.put({"n": 1})
        directory = support.temporary_directory(self)

        def task(data: dict) -> bool:
            queue.stop()
            raise SystemExit(3)

        reader = BaseReader(queue.address, {"t": task}, sleeptime_failed_queue=1000, failed_message_dir=directory)
        with self.assertLogs("pysimplehttp", "ERROR"), self.assertRaises(SystemExit):
            run_reader(reader)
        self.assertEqual([path.read_text() for path in Path(directory).iterdir()], ['{"n": 1}'])

    def test_two_readers_share_a_queue(self) -> None:
        queue = support.Simplequeue(self)
        for mget_items in (0, 5):
            with self.subTest(mget_items):
                queue.put(*({"n": n} for n in range(40)))
                together = threading.Barrier(2)
                seen: list = [[], []]
                readers: list = []

                def reader_of(mine: list) -> BaseReader:
                    def task(data: dict) -> bool:
                        if not mine:
                            # Neither goes on before the other has something as well.
                            together.wait(support.DEADLINE)
                        mine.append(data["n"])
                        if len(seen[0]) + len(seen[1]) == 40:
                            for reader in readers:
                                reader.stop()
                        return True

                    return BaseReader(queue.address, {"t": task}, mget_items=mget_items, sleeptime_queue_empty=0.01)

                readers.extend(map(reader_of, seen))
                other = threading.Thread(target=readers[1].run)
                other.start()
                run_reader(readers[0])
                other.join(support.DEADLINE)
                self.assertTrue(seen[0] and seen[1])
                self.assertEqual(sorted(seen[0] + seen[1]), list(range(40)))

    def test_a_reader_runs_once_at_a_time_and_can_run_again(self) -> None:
        queue = support.Simplequeue(self)
        queue.put({"n": 1}, {"n": 2})
        reader = BaseReader(queue.address, {"t": lambda data: self.seen.append(data["n"]) or reader.stop() or True})
        run_reader(reader)
        run_reader(reader)
        self.assertEqual(self.seen, [1, 2])
        reader.stop()
        reader.run()  # the wish to stop was there first: returns at once
        queue.put({"n": 3})
        nested = BaseReader(queue.address, {"t": lambda data: nested.stop() or nested.run()}, requeue_delay=50)
        with self.assertLogs("pysimplehttp", "ERROR") as logged:
            run_reader(nested)
        self.assertIn("running already", logged.output[0])
