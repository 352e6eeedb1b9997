import unittest

import support  # noqa: F401  (finds the package)
from pysimplehttp.address import parse_address, parse_addresses, parse_url


class AddressTest(unittest.TestCase):
    def test_what_people_type(self) -> None:
        for text, meant in [
            ("http://localhost:8081", "http://localhost:8081"),
            ("http://localhost:8081/", "http://localhost:8081"),
            ("localhost:8081", "http://localhost:8081"),
            ("127.0.0.1:8081//", "http://127.0.0.1:8081"),
            ("HTTP://LOCALHOST:8081", "http://localhost:8081"),
            ("localhost", "http://localhost:80"),
            ("http://[::1]:8081", "http://[::1]:8081"),
            ("http://gateway:80/queue/", "http://gateway:80/queue"),
        ]:
            with self.subTest(text):
                self.assertEqual(str(parse_address(text)), meant)

    def test_what_cannot_be_an_address(self) -> None:
        for text, word in [
            ("", "empty"),
            ("http://", "no host"),
            (":8081", "no host"),
            ("http://local host:8081", "space"),
            ("http://localhost:8081\n", "space"),
            ("http://localhost:8081\r\nX: y", "space"),
            ("http://localhost:port", "cannot be understood"),
            ("http://localhost:66062", "cannot be understood"),
            ("http://localhost:-1", "cannot be understood"),
            ("http://localhost:0", "1 to 65535"),
            ("http://localhost:", "1 to 65535"),
            ("http://[::1", "cannot be understood"),
            ("https://localhost:8081", "http:// only"),
            ("redis://localhost:6379", "http:// only"),
            ("http://me:secret@localhost:8081", "user name"),
            ("http://localhost:8081/get", "must not end in /get"),
            ("http://localhost:8081?x=1", "before the '?'"),
            ("http://localhost:8081/#top", "before the '?'"),
            (None, "no address"),
            (8081, "no address"),
            (b"http://localhost:8081", "no address"),
        ]:
            with self.subTest(text), self.assertRaises(ValueError) as raised:
                parse_address(text)
            self.assertIn(word, str(raised.exception))

    def test_lists(self) -> None:
        both = parse_addresses(["localhost:1", "http://localhost:2/", "http://localhost:1"])
        self.assertEqual([str(address) for address in both], ["http://localhost:1", "http://localhost:2"])
        for absurd in ([], None, 5, [""], ["localhost:1", None]):
            with self.subTest(absurd), self.assertRaises(ValueError):
                parse_addresses(absurd)

    def test_urls_keep_what_is_asked_for(self) -> None:
        self.assertEqual(parse_url("http://localhost:1/get?x=1&y"), (parse_address("localhost:1"), "/get?x=1&y"))
        self.assertEqual(parse_url("localhost:1")[1], "/")
