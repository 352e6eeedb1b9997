import unittest

import support  # noqa: F401  (finds the package)
from pysimplehttp.filters import Filter


class FilterTest(unittest.TestCase):
    def test_conditions(self) -> None:
        for require, exclude, message, through in [
            ([], [], b"not JSON", True),
            (["c=US"], [], b'{"c": "US"}', True),
            (["c=US"], [], b'{"c": "DE"}', False),
            (["c=US"], [], b'{"d": "US"}', False),
            (["c=US", "n=5"], [], b'{"c": "US", "n": 5}', True),
            (["c=US", "n=5"], [], b'{"c": "US", "n": 6}', False),
            (["n=5"], [], b'{"n": "5"}', True),
            (["ok=true"], [], b'{"ok": true}', True),
            (["x=null"], [], b'{"x": null}', True),
            (["x=null"], [], b"{}", False),
            (["u=a=b"], [], b'{"u": "a=b"}', True),
            (["u="], [], b'{"u": ""}', True),
            ([], ["c=US"], b'{"c": "US"}', False),
            ([], ["c=US"], b'{"c": "DE"}', True),
            ([], ["c=US"], b"{}", True),
            ([], ["c=US", "n=5"], b'{"n": 5}', False),
            (["c=US"], ["n=5"], b'{"c": "US", "n": 5}', False),
            (["c=US"], [], b"not JSON", False),
            ([], ["c=US"], b"not JSON", False),
            ([], ["c=US"], b'["c"]', False),
            (["c=US"], [], b"[" * 100_000, False),
        ]:
            with self.subTest(require=require, exclude=exclude, message=message[:20]):
                self.assertIs(Filter(require, exclude).lets_through(message), through)

    def test_what_is_no_condition(self) -> None:
        for text in ("", "country", "=US"):
            with self.subTest(text), self.assertRaises(ValueError):
                Filter([text])
