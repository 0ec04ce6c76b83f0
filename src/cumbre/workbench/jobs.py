"""Work that takes longer than a page may: it runs beside the server, tells how far it is, and can be cancelled."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, Literal

from cumbre.errors import CumbreError

__all__ = ["Cancelled", "Job", "Jobs"]

Progress = Callable[[float, str], None]
Work = Callable[[Progress], Any]
KEPT = 64


class Cancelled(Exception):
    """The reader no longer wants the result."""


@dataclass
class Job:
    """One piece of work: what it is, how far it is, and what came of it."""

    id: str
    key: Hashable
    work: Work = field(repr=False)
    urgent: bool = True
    share: float = 0.0
    words: str = ""
    state: Literal["waiting", "running", "done", "failed", "cancelled"] = "waiting"
    result: Any = None
    error: str = ""
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event, repr=False)
    over: threading.Event = field(default_factory=threading.Event, repr=False)

    def wait(self, seconds: float) -> bool:
        """Whether the work was over within so many seconds."""
        return self.over.wait(max(seconds, 0.0))


class Jobs:
    """Two lanes: what a reader waits for, and what is prepared meanwhile; the second pauses while the first is busy."""

    def __init__(self, after: Callable[[], None] = lambda: None) -> None:
        """`after` is called in the lane when a job is over and whoever waited for it has been told."""
        self._after = after
        self._lock = threading.Lock()
        self._by_key: OrderedDict[Hashable, Job] = OrderedDict()
        self._by_id: OrderedDict[str, Job] = OrderedDict()
        self._numbers = itertools.count(1)
        self._busy = threading.Event()
        self._lanes: dict[bool, queue.SimpleQueue[Job | None]] = {True: queue.SimpleQueue(), False: queue.SimpleQueue()}
        for urgent in (True, False):
            threading.Thread(
                target=self._serve, args=(urgent,), name=f"cumbre-{'now' if urgent else 'later'}", daemon=True
            ).start()

    def submit(self, key: Hashable, work: Work, *, urgent: bool = True) -> Job:
        """The job of this key: the one under way, or a new one; a finished one is done again."""
        with self._lock:
            known = self._by_key.get(key)
            if known is not None and known.state in ("waiting", "running"):
                return known
            job = Job(f"j{next(self._numbers)}", key, work, urgent)
            self._by_key[key] = self._by_id[job.id] = job
            for kept in (self._by_key, self._by_id):
                while len(kept) > KEPT:
                    kept.popitem(last=False)
        self._lanes[urgent].put(job)
        return job

    def find(self, key: Hashable) -> Job | None:
        """The job last submitted under a key."""
        return self._by_key.get(key)

    def get(self, id_: str) -> Job | None:
        """A job by its id."""
        return self._by_id.get(id_)

    def forget(self, key: Hashable) -> None:
        """Drop a job's key, so that the same work can be asked again."""
        with self._lock:
            self._by_key.pop(key, None)

    def cancel(self, id_: str) -> Job | None:
        """Ask a job to stop; it does at its next word of progress."""
        job = self._by_id.get(id_)
        if job is not None and job.state in ("waiting", "running"):
            job.stop.set()
            if job.state == "waiting":
                job.state = "cancelled"
                job.over.set()
        return job

    def _tell(self, job: Job) -> Progress:
        def tell(share: float, words: str = "") -> None:
            job.share, job.words = min(max(share, 0.0), 1.0), words or job.words
            while not job.urgent and self._busy.is_set() and not job.stop.is_set():
                time.sleep(0.02)
            if job.stop.is_set():
                raise Cancelled

        return tell

    def _serve(self, urgent: bool) -> None:
        while (job := self._lanes[urgent].get()) is not None:
            if job.stop.is_set():
                continue
            job.state, began = "running", time.monotonic()
            if urgent:
                self._busy.set()
            try:
                job.result = job.work(self._tell(job))
                job.state = "done"
            except Cancelled:
                job.state = "cancelled"
            except CumbreError as error:
                job.state, job.error = "failed", str(error)
            except Exception as error:  # a fault of ours must not end the lane
                job.state, job.error = "failed", f"{type(error).__name__}: {error}"
            finally:
                job.seconds = time.monotonic() - began
                job.work = _nothing
                if urgent:
                    self._busy.clear()
                job.over.set()
            self._after()

    def close(self) -> None:
        """Stop both lanes after the work at hand."""
        for job in list(self._by_id.values()):
            job.stop.set()
        for lane in self._lanes.values():
            lane.put(None)


def _nothing(_: Progress) -> None:
    return None
