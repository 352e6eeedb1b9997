"""A reader: takes message after message from a simplequeue and gives each one to your functions.

::

    from pysimplehttp.BaseReader import BaseReader

    def print_message(data):
        print(data)
        return True             # done; anything else puts the message back, to be tried again

    reader = BaseReader("http://localhost:8081", {"print": print_message}, queuename="printer")
    reader.run()                # until Ctrl-C or SIGTERM
"""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from typing import Any, Callable, Iterable, Optional, Sequence, Union

from pysimplehttp import standard_output
from pysimplehttp.address import Address, parse_addresses
from pysimplehttp.BackoffTimer import BackoffTimer
from pysimplehttp.connection import FetchError
from pysimplehttp.failed_messages import FailedMessages
from pysimplehttp.heartbeat import Heartbeat
from pysimplehttp.message import Message, NotAMessage, parse_message, to_json
from pysimplehttp.reader_options import (
    MAX_MGET_ITEMS,
    check_count,
    check_method,
    check_queuename,
    check_seconds,
    check_tasks,
)
from pysimplehttp.simplequeues import Simplequeues
from pysimplehttp.stop import Stop
from pysimplehttp.waiting import WaitingRound

__all__ = ["BaseReader", "RequeueWithoutBackoff"]

_log = logging.getLogger(__name__)

# The longest that a reader whose tasks keep failing waits between messages, in seconds.
_MAX_BACKOFF = 120

# How much of a message a log line shows.
_SHOWN_BYTES = 200


class RequeueWithoutBackoff(Exception):
    """Raise this in a task to have the message back soon, through no fault of the task's.

    The message goes to the end of the queue, due at once, and the reader does not slow down. It still counts as a
    try, so a message cannot circle for ever.
    """


class _NobodyReads(Exception):
    """A function of the user's could not print: standard output is a pipe whose reader is gone."""


class BaseReader:
    """Takes messages from a simplequeue and gives the data of each to every task.

    **A message** is a JSON object. Anything else (not JSON, a bare number, an empty object) is logged and dropped.

    **A task** is a function that takes the data and returns True when it is done. When it returns anything false or
    raises an exception, the message goes back into the queue, with a note of which tasks are left; it is due again
    after ``requeue_delay`` seconds, after the second failure twice that, and so on. Only the tasks that are left are
    tried again, on the data as it was published. After ``max_tries`` tries the message is given up.

    **Guarantees.** A queue forgets a message as soon as it hands it out, so what a reader holds is lost when it is
    killed (SIGKILL, power). What it puts back may, if the connection breaks at that very moment, be stored twice.
    Ctrl-C and SIGTERM lose nothing: the message in hand is finished, and the rest of a batch put back.

    **Nobody reads.** When standard output is a pipe whose reader is gone (``| head -2``), no task is to blame: the
    message in hand and the rest of a batch go back as they came, without a try counted, and the program ends. Tasks
    that had been done for the message in hand are done again then.
    """

    def __init__(
        self,
        simplequeue_address: Union[str, Sequence[str]],
        all_tasks: dict[str, Callable[[Any], Any]],
        queuename: Optional[str] = None,
        max_tries: int = 5,
        requeue_delay: float = 90,
        mget_items: int = 0,
        preprocess_method: Optional[Callable[[Any], Any]] = None,
        validate_method: Optional[Callable[[Any], Any]] = None,
        requeue_giveup: Optional[Callable[[dict[str, Any]], Any]] = None,
        *,
        sleeptime_failed_queue: float = 5,
        sleeptime_queue_empty: float = 0.5,
        sleeptime_requeue: float = 1,
        failed_count: int = 0,
        failed_message_dir: Optional[str] = None,
        heartbeat_file: Optional[str] = None,
        timeout: float = 5,
    ) -> None:
        """All times are in seconds. Raises ValueError, saying what is wrong, for a value that makes no sense.

        simplequeue_address
            Where the queue is, such as ``"http://localhost:8081"``, or a list of queues: the reader takes from each
            in turn and passes over those that do not answer.
        all_tasks
            A dict with a function under each name. The names appear in the log and in what is put back.
        queuename
            A name for the log, and for the folder of failed messages.
        max_tries
            How often a message is tried, the first time included, before it is given up.
        requeue_delay
            How long a message that failed waits for its second try. It waits twice as long for the third, and so on.
        mget_items
            How many messages to fetch at once; 0 means one at a time. A hundred makes a fast reader, but also one
            that loses up to a hundred messages when it is killed.
        preprocess_method
            A function that is given the data before any task and returns what the tasks shall have. When it returns
            None, the message is finished without any task. An exception puts the message back.
        validate_method
            A function that is given the (preprocessed) data and says whether this reader wants it. When it returns
            anything false, the message is finished without any task. An exception puts the message back.
        requeue_giveup
            A function that is called with each message given up: the envelope, a dict with ``data``, ``tries``,
            ``started`` and ``tasks_left``.
        sleeptime_failed_queue
            How long to wait before asking again when no queue answers.
        sleeptime_queue_empty
            How long to wait before asking again when there is nothing in the queue.
        sleeptime_requeue
            How long to wait, at most, when there is nothing in the queue but messages that are not due yet.
        failed_count
            Where to begin to count the messages that were given up or dropped.
        failed_message_dir
            A directory that gets a file for each message given up or dropped. It is made where it does not exist.
        heartbeat_file
            A file that is touched every ten seconds or so, whenever the reader asks the queue: one much older than
            the longest task and the longest pause belongs to a reader that hangs.
        timeout
            How long to wait for the answer to one request.
        """
        addresses = parse_addresses(simplequeue_address)
        self.all_tasks = check_tasks(all_tasks)
        self.queuename = check_queuename(queuename)
        self.max_tries = check_count("max_tries", max_tries, 1, 1_000_000)
        self.requeue_delay = check_seconds("requeue_delay", requeue_delay)
        self.mget_items = check_count("mget_items", mget_items, 0, MAX_MGET_ITEMS)
        self.preprocess_method = check_method("preprocess_method", preprocess_method)
        self.validate_method = check_method("validate_method", validate_method)
        self.requeue_giveup = check_method("requeue_giveup", requeue_giveup)
        self.sleeptime_failed_queue = check_seconds("sleeptime_failed_queue", sleeptime_failed_queue)
        self.sleeptime_queue_empty = check_seconds("sleeptime_queue_empty", sleeptime_queue_empty)
        self.sleeptime_requeue = check_seconds("sleeptime_requeue", sleeptime_requeue)
        if check_seconds("timeout", timeout) == 0:
            raise ValueError("timeout must be more than 0 seconds")
        check_count("failed_count", failed_count, 0, sys.maxsize)
        self.failed_message_dir = failed_message_dir
        self._failed = FailedMessages(failed_message_dir, self.queuename, failed_count)
        self._queues = Simplequeues(addresses, timeout, self.sleeptime_failed_queue)
        self._addresses = addresses
        self._preparation_backoff = BackoffTimer(0, _MAX_BACKOFF)
        self._task_backoff = {name: BackoffTimer(0, _MAX_BACKOFF) for name in self.all_tasks}
        self._waiting_round = WaitingRound()
        self._heartbeat = Heartbeat(heartbeat_file)
        self._stop = Stop()
        self._hinted: set[str] = set()
        self._nobody_reads = False

    @property
    def failed_count(self) -> int:
        """How many messages were given up or dropped, counted from what the parameter of this name said."""
        return self._failed.count

    def stop(self) -> None:
        """Have :meth:`run` return when the message in hand is done. May be called from a task or another thread."""
        self._stop.request()

    def run(self) -> None:
        """Handle messages until SIGTERM, Ctrl-C or :meth:`stop`; then finish the message in hand and return.

        A second signal ends the program on the spot. Handlers of your own for these two signals are set aside until
        this returns; in another thread than the main one only :meth:`stop` stops. Before messages are asked for, and
        before one goes back of which some tasks are done, what the tasks have printed is flushed, so that what is done
        is also seen.

        Raises SystemExit with status 141 when nobody reads standard output any more: left alone, it ends the program
        as quietly as SIGPIPE ends others. What is printed after that goes to /dev/null.
        """
        self._nobody_reads = False
        queues = ", ".join(map(str, self._addresses))
        _log.info("reader %s takes messages from %s", self.queuename or "without a name", queues)
        with self._stop.listening():
            try:
                while not self._stop.requested:
                    self._get_and_handle()
                self._flush()
            finally:
                self._queues.close()
        if self._nobody_reads:
            raise SystemExit(standard_output.NOBODY_READS_STATUS)
        _log.info("reader %s has stopped", self.queuename or "without a name")

    def _get_and_handle(self) -> None:
        self._heartbeat.beat()
        self._flush()
        if self._stop.requested:
            return
        try:
            messages, source = self._queues.get(self.mget_items)
        except FetchError as error:
            _log.warning("%s; asking again in %g seconds", error, self.sleeptime_failed_queue)
            self._pause(self.sleeptime_failed_queue)
            return
        if messages:
            self._handle_batch(messages, source)
        else:
            self._pause(self.sleeptime_queue_empty)

    def _handle_batch(self, messages: Iterable[bytes], source: Optional[Address]) -> None:
        """Handle what one request brought. Whatever happens, what was not handled goes back into the queue."""
        unhandled = deque(messages)
        not_due: list[bytes] = []
        pause = 0.0
        try:
            while unhandled and not self._stop.requested:
                backoff = 0.0
                message = self._parse(unhandled[0])
                if message is not None and message.retry_on is not None and message.retry_on > time.time():
                    not_due.append(message.raw)
                    pause = max(pause, self._waiting_round.met(message.raw, message.retry_on))
                elif message is not None:
                    self._waiting_round.broken()
                    pause = 0.0
                    try:
                        backoff = self._handle(message, source)
                    except _NobodyReads:
                        break  # The stop is requested; the message is still the first of the unhandled.
                unhandled.popleft()
                # Not before: a pause flushes the output, which may fail, and a message that is back already must not be
                # put back again for that.
                self._pause(backoff)
        except BaseException:
            # sys.exit() in a task, say. The program is ending, and putting back must not hold it up for long.
            self._stop.request()
            raise
        finally:
            not_due.extend(unhandled)
            if not_due:
                self._put_back(not_due, source)
        self._pause(min(pause, self.sleeptime_requeue))

    def _parse(self, raw: bytes) -> Optional[Message]:
        try:
            return parse_message(raw)
        except NotAMessage as reason:
            _log.warning("dropped what is no message, as %s: %s", reason, _shown(raw))
            self._failed.add(raw)
            return None

    def _handle(self, message: Message, source: Optional[Address]) -> float:
        """One try: give the message to its tasks, put it back or give it up where some are left. Returns how long to
        back off, in seconds."""
        all_names = message.tasks_left if message.tasks_left is not None else list(self.all_tasks)
        # Preparing is part of the try: when it fails, no task has been done.
        tasks_left, delayed = all_names, True
        try:
            data, wanted = self._prepare(message)
            self._preparation_backoff.success()
        except RequeueWithoutBackoff:
            delayed = False
        except Exception as error:
            self._check_for_reader(error)
            _log.exception("the message could not be prepared for the tasks: %s", _shown(message.raw))
            self._preparation_backoff.failure()
        else:
            if not wanted:
                return 0.0
            tasks_left, delayed = self._do_tasks(all_names, data, message)
        if tasks_left:
            if len(tasks_left) < len(all_names):
                # What is put back says which tasks are done: what those have printed is not to be lost from here on.
                self._flush()
                if self._nobody_reads:
                    raise _NobodyReads
            self._try_again_or_give_up(message, tasks_left, delayed, source)
        return self._backoff()

    def _prepare(self, message: Message) -> tuple[Any, bool]:
        """What the tasks are given, and whether they are to be given it at all."""
        data = message.data
        if self.preprocess_method is not None:
            data = self.preprocess_method(data)
            if data is None:
                self._hint("preprocess_method returned None, so the message is dropped; return the data to keep it")
                return None, False
        if self.validate_method is not None and not self.validate_method(data):
            return None, False
        return data, True

    def _do_tasks(self, names: list[str], data: Any, message: Message) -> tuple[list[str], bool]:
        """Run the tasks. Returns those that are left, and whether the next try has to wait."""
        left = []
        delayed = False
        for name in names:
            task = self.all_tasks.get(name)
            if task is None:
                # A message put back by another program, or by this one before a task was renamed.
                _log.warning("this reader has no task %r, which is left to do for %s", name, _shown(message.raw))
                left.append(name)
                delayed = True
                continue
            try:
                result = task(data)
            except RequeueWithoutBackoff:
                left.append(name)
                continue
            except Exception as error:
                self._check_for_reader(error)
                _log.exception("task %r failed on %s", name, _shown(message.raw))
                result = False
            if result:
                self._task_backoff[name].success()
                continue
            if result is None:
                self._hint(
                    f"task {name!r} returned None; it must return True when it is done, or the message comes back"
                )
            left.append(name)
            delayed = True
            self._task_backoff[name].failure()
        return left, delayed

    def _try_again_or_give_up(
        self, message: Message, tasks_left: list[str], delayed: bool, source: Optional[Address]
    ) -> None:
        tries = message.tries + 1
        if tries >= self.max_tries:
            self._give_up(message, message.envelope(tries, None, tasks_left))
            return
        # Each wait is longer than the last: what takes long to heal is not asked for over and over.
        delay = self.requeue_delay * tries if delayed else 0.0
        envelope = message.envelope(tries, time.time() + delay if delay else None, tasks_left)
        _log.info("try %d of %d left %s to do; next in %g s", tries, self.max_tries, tasks_left, delay)
        self._put_back([to_json(envelope)], source)

    def _give_up(self, message: Message, envelope: dict[str, Any]) -> None:
        _log.error("given up after %d tries: %s", envelope["tries"], _shown(message.raw))
        if self.requeue_giveup is not None:
            try:
                self.requeue_giveup(envelope)
            except Exception as error:
                self._check_for_reader(error)
                _log.exception("requeue_giveup failed on %s", _shown(message.raw))
        self._failed.add(to_json(message.envelope(envelope["tries"], None, envelope["tasks_left"])))

    def _put_back(self, messages: Sequence[bytes], source: Optional[Address]) -> None:
        """Put messages into the queue, waiting for one that answers. They are nowhere else, so only the wish to stop
        ends the waiting; then they go where the failed messages go."""
        while True:
            # Asked for before the attempt, so that there is always a last one after the wish to stop.
            last = self._stop.requested
            try:
                self._queues.put(messages, source)
                return
            except FetchError as error:
                if last:
                    for message in messages:
                        _log.error(
                            "%s; this message could not be put back: %s", error, message.decode("utf-8", "replace")
                        )
                        self._failed.add(message)
                    return
                _log.warning("%s; a message waits to be put back", error)
                self._pause(self.sleeptime_failed_queue)

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._flush()
            self._stop.wait(seconds)

    def _flush(self) -> None:
        try:
            standard_output.flush()
        except BrokenPipeError:
            self._end_unread()

    def _check_for_reader(self, error: Exception) -> None:
        """Raise _NobodyReads where this is why a function failed. Its own connection to elsewhere may break too: that
        is the same exception, but a failure like any other."""
        if isinstance(error, BrokenPipeError) and standard_output.is_broken():
            self._end_unread()
            raise _NobodyReads from None

    def _end_unread(self) -> None:
        self._nobody_reads = True
        self._stop.request()
        standard_output.discard()
        _log.warning("nobody reads standard output any more: what is not done goes back into the queue; ending")

    def _backoff(self) -> float:
        longest = self._preparation_backoff.get_interval()
        for timer in self._task_backoff.values():
            longest = max(longest, timer.get_interval())
        return longest

    def _hint(self, sentence: str) -> None:
        """Say something once that a beginner has to know and everybody else would rather not read again."""
        if sentence not in self._hinted:
            self._hinted.add(sentence)
            _log.warning("%s (said once)", sentence)


def _shown(raw: bytes) -> str:
    text = raw[:_SHOWN_BYTES].decode("utf-8", "replace")
    return text if len(raw) <= _SHOWN_BYTES else text + "…"
