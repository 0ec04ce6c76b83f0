"""What is kept between two requests, and how memory goes back to the system."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

__all__ = ["Memory", "few_arenas", "release", "settle"]

_M_ARENA_MAX = -8


def _one(_: Any) -> int:
    return 1


class Memory:
    """A bounded store: what was not used for longest leaves first.

    most    weight that is kept; the value stored last stays whatever it weighs
    weigh   weight of a value, 1 unless given

    >>> kept = Memory(2)
    >>> for k in "abc":
    ...     kept.put(k, k.upper())
    >>> kept.get("a"), kept.get("c"), len(kept)
    (None, 'C', 2)
    """

    def __init__(self, most: int, weigh: Callable[[Any], int] = _one) -> None:
        self.most, self._weigh = most, weigh
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:
        """The value, None where it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value."""
        with self._lock:
            if key in self._kept:
                self._weight -= self._weigh(self._kept.pop(key))
            self._kept[key] = value
            self._weight += self._weigh(value)
            while self._weight > self.most and len(self._kept) > 1:
                self._weight -= self._weigh(self._kept.popitem(last=False)[1])

    def drop(self, key: Hashable) -> None:
        """Keep a value no longer."""
        with self._lock:
            if key in self._kept:
                self._weight -= self._weigh(self._kept.pop(key))

    def clear(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._kept.clear()
            self._weight = 0

    def __len__(self) -> int:
        return len(self._kept)


def _libc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    with contextlib.suppress(OSError):
        return ctypes.CDLL("libc.so.6")
    return None


def few_arenas() -> None:
    """Let the threads of this process share two heaps: each thread's own would keep what a large run left behind."""
    libc = _libc()
    if libc is not None and hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, 2)


def settle() -> None:
    """Leave what is there for good out of later collections, which are then short."""
    gc.collect()
    gc.freeze()


def release() -> None:
    """Collect what is free and give it back to the system.

    Trees of worlds refer to themselves, so they go only when they are collected; and glibc keeps what is free unless it is asked.
    """
    gc.collect()
    libc = _libc()
    if libc is not None and hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
