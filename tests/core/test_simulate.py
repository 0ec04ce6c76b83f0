"""How runs are spread over processes: by fork only where nothing else runs in this one."""

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
