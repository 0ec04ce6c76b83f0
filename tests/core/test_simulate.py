"""How runs are spread over processes: by fork only where nothing else runs in this one."""

import os
import subprocess
import sys
import threading
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


def _alone(program: str) -> None:
    """Run a program in a process of its own, where no other test has started threads."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(sys.platform != "linux" or (os.cpu_count() or 1) < 2, reason="forks on Linux with two cores only")
def test_work_aside_is_done_elsewhere_and_comes_back() -> None:
    _alone("""
import os
from cumbre import simulate
with simulate.aside(os.getpid) as result:
    assert result() != os.getpid()
""")


def test_work_aside_that_fails_there_is_done_here() -> None:
    _alone("""
import os
from cumbre import simulate
here = os.getpid()
def work():
    if os.getpid() != here:
        raise ValueError("not there")
    return here
with simulate.aside(work) as result:
    assert result() == here
""")


def test_work_aside_that_nobody_asks_for_leaves_nothing_behind() -> None:
    # The result is more than a pipe holds, so the other process is in the middle of writing it.
    _alone("""
import multiprocessing, time
from cumbre import simulate
try:
    with simulate.aside(lambda: bytes(1 << 24)):
        time.sleep(0.3)
        raise KeyboardInterrupt
except KeyboardInterrupt:
    pass
assert not multiprocessing.active_children()
""")
