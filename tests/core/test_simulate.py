"""How runs are spread over processes: by fork only where nothing else runs in this one."""

import multiprocessing
import os
import sys
import threading
import time
from types import ModuleType

import pytest

from cumbre import simulate


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks workers")
def test_forks_only_while_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    assert simulate._context().get_start_method() == "fork"
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    assert simulate._context().get_start_method() == "spawn"


def test_spawns_beside_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setitem(sys.modules, "jax", ModuleType("jax"))
    assert simulate._context().get_start_method() == "spawn"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks workers")
def test_work_aside_is_done_elsewhere_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    with simulate.aside(os.getpid) as result:
        assert result() != os.getpid()


def test_work_aside_that_fails_there_is_done_here() -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            raise ValueError("not there")
        return here

    with simulate.aside(work) as result:
        assert result() == here


def test_work_aside_that_nobody_asks_for_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    with pytest.raises(KeyboardInterrupt), simulate.aside(lambda: bytes(1 << 24)):  # more than a pipe holds
        time.sleep(0.2)
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()
