import json
import unittest

import support  # noqa: F401  (finds the package)
from pysimplehttp.message import NotAMessage, parse_message, to_json


class MessageTest(unittest.TestCase):
    def test_a_message_as_published(self) -> None:
        message = parse_message(b'{"number": 0.5}')
        self.assertEqual((message.data, message.tries, message.retry_on), ({"number": 0.5}, 0, None))
        self.assertIsNone(message.tasks_left)

    def test_an_envelope(self) -> None:
        envelope = {"data": [1], "tries": 2, "retry_on": 12.5, "started": 10, "tasks_left": ["b"]}
        message = parse_message(json.dumps(envelope).encode())
        self.assertEqual((message.data, message.tries, message.retry_on), ([1], 2, 12.5))
        self.assertEqual((message.started, message.tasks_left), (10, ["b"]))

    def test_an_envelope_without_tasks_means_all(self) -> None:
        message = parse_message(b'{"data": 1, "tries": 0, "retry_on": null, "started": 10}')
        self.assertEqual((message.data, message.tasks_left), (1, None))

    def test_a_message_that_only_looks_like_an_envelope(self) -> None:
        for value in [
            {"data": 5},
            {"data": 5, "tries": 1, "retry_on": None},
            {"data": 5, "tries": "1", "retry_on": None, "started": 1},
            {"data": 5, "tries": True, "retry_on": None, "started": 1},
            {"data": 5, "tries": -1, "retry_on": None, "started": 1},
            {"data": 5, "tries": 1, "retry_on": "now", "started": 1},
            {"data": 5, "tries": 1, "retry_on": None, "started": None},
            {"data": 5, "tries": 1, "retry_on": None, "started": 1, "tasks_left": "all"},
            {"data": 5, "tries": 1, "retry_on": None, "started": 1, "tasks_left": [1]},
        ]:
            with self.subTest(value):
                self.assertEqual(parse_message(json.dumps(value).encode()).data, value)
        # 1e999 is JSON, but as a float it is infinite: nobody can wait until then.
        endless = b'{"data": 5, "tries": 1, "retry_on": 1e999, "started": 1}'
        self.assertIn("tries", parse_message(endless).data)

    def test_junk(self) -> None:
        for raw, word in [
            (b"", "not JSON"),
            (b"hello", "not JSON"),
            (b'{"a": 1', "not JSON"),
            (b'{"a": 1} {"a": 2}', "not JSON"),
            (b'{"a": NaN}', "NaN is not JSON"),
            (b'{"a": -Infinity}', "-Infinity is not JSON"),
            (b"\xff\xfe", "not UTF-8"),
            (b"[" * 1_000_000, "nested"),
            (b"{}", "empty object"),
            (b"null", "not an object"),
            (b"5", "not an object"),
            (b'"text"', "not an object"),
            (b'[{"a": 1}]', "not an object"),
        ]:
            with self.subTest(raw[:20]), self.assertRaises(NotAMessage) as raised:
                parse_message(raw)
            self.assertIn(word, str(raised.exception))

    def test_an_enormous_number_is_read_or_refused(self) -> None:
        try:
            parse_message(b'{"a": ' + b"9" * 10_000 + b"}")  # older Pythons read it, newer ones do not
        except NotAMessage as error:
            self.assertIn("not JSON", str(error))

    def test_what_goes_back_is_what_came(self) -> None:
        raw = '{"text": "ä\\u0000 \\ud83d\\ude00 \\ud800", "big": 123456789012345678901, "tiny": 5e-324}'.encode()
        message = parse_message(raw)
        published = json.loads(raw)
        message.data["text"] = "a task has changed it"
        once = parse_message(to_json(message.envelope(1, 5.5, ["a"])))
        self.assertEqual((once.data, once.tries, once.retry_on, once.tasks_left), (published, 1, 5.5, ["a"]))
        twice = parse_message(to_json(once.envelope(2, None, ["a"])))
        self.assertEqual((twice.data, twice.tries, twice.retry_on), (published, 2, None))
        self.assertEqual((once.started, twice.started), (message.started, message.started))

    def test_fields_of_other_programs_in_an_envelope_stay(self) -> None:
        message = parse_message(b'{"data": 1, "tries": 0, "retry_on": null, "started": 10, "origin": "replay"}')
        self.assertEqual(message.envelope(1, None, ["a"])["origin"], "replay")

    def test_an_envelope_is_one_line(self) -> None:
        message = parse_message(b'{\n"text":\n"a\\nb"\n}')
        self.assertNotIn(b"\n", to_json(message.envelope(1, None, ["a"])))
