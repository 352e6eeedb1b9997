import unittest

import support  # noqa: F401  (finds the package)
from pysimplehttp.BackoffTimer import BackoffTimer


class BackoffTimerTest(unittest.TestCase):
    def test_grows_with_failures_and_shrinks_with_successes(self) -> None:
        timer = BackoffTimer(0.5, 10, first_step=1)
        seen = [timer.get_interval()]
        for _ in range(6):
            timer.failure()
            seen.append(timer.get_interval())
        self.assertEqual(seen, [0.5, 1.5, 2.5, 4.5, 8.5, 10, 10])
        seen = []
        for _ in range(6):
            timer.success()
            seen.append(timer.get_interval())
        self.assertEqual(seen, [5.25, 2.875, 1.6875, 0.5, 0.5, 0.5])

    def test_one_failure_hardly_counts_and_many_reach_the_longest(self) -> None:
        timer = BackoffTimer(0, 120)
        timer.failure()
        self.assertLessEqual(timer.get_interval(), 0.01)
        for _ in range(20):
            timer.failure()
        self.assertEqual(timer.get_interval(), 120)

    def test_an_interval_of_one_length(self) -> None:
        timer = BackoffTimer(3, 3)
        timer.failure()
        self.assertEqual(timer.get_interval(), 3)

    def test_absurd_intervals(self) -> None:
        for shortest, longest, step in [(-1, 5, 1), (5, 1, 1), (0, float("nan"), 1), (0, 1, 0), (0, 1, -1)]:
            with self.subTest((shortest, longest, step)), self.assertRaises(ValueError):
                BackoffTimer(shortest, longest, step)
