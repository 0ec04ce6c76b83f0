"""The append-only file of the ledger: rows in a hash chain, in SQLite.

Every row holds the hash of the row before it, so that a row that is changed, dropped or slipped in breaks the chain:
hash_k = SHA-256(hash_{k-1} + canonical JSON of row k). A writer takes the write lock first, reads the last hash, appends, and
commits with the write-ahead log flushed to disk (synchronous = FULL): what was reported as sealed survives a kill, what was not
is absent as a whole. Haber, Stornetta 1991, How to time-stamp a digital document, doi:10.1007/BF00196791.

The chain shows tampering inside the file. That the last rows were cut off, or the whole file rewritten, shows only against a
hash kept elsewhere: print the head (it is given after every sealing) into the brief, and verify with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cumbre.errors import InputError, UsageError

__all__ = ["GENESIS", "Fault", "LedgerError", "Row", "append", "read_rows", "verify"]

GENESIS = "0" * 64
"""What stands before the first row."""

_WAIT = 30.0
"""Seconds to wait for another writer."""

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS ledger (
        n INTEGER PRIMARY KEY, kind TEXT NOT NULL, sealed_at TEXT NOT NULL, question_id TEXT NOT NULL, content TEXT NOT NULL,
        previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE)""",
    "CREATE INDEX IF NOT EXISTS ledger_question ON ledger (question_id)",
    """CREATE TRIGGER IF NOT EXISTS ledger_no_update BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS ledger_no_delete BEFORE DELETE ON ledger
        BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
)


class LedgerError(InputError):
    """The ledger cannot be read, written or trusted."""


@dataclass(frozen=True)
class Row:
    """One sealed row: number, kind (forecast or resolution), moment, question, content, and its place in the chain."""

    n: int
    kind: str
    sealed_at: str
    question_id: str
    content: Mapping[str, Any]
    previous: str
    hash: str


@dataclass(frozen=True)
class Fault:
    """A place where the chain does not hold."""

    row: int
    what: str

    def __str__(self) -> str:
        return f"row {self.row}: {self.what}" if self.row else self.what


def _hash(previous: str, n: int, kind: str, sealed_at: str, question_id: str, content: str) -> str:
    body = json.dumps([n, kind, sealed_at, question_id, content], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def _canonical(content: Mapping[str, Any]) -> str:
    return json.dumps(dict(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _say(path: Path, error: Exception) -> LedgerError:
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return LedgerError(f"{path}: another process has held the ledger for over {_WAIT:g} s; try again when it is done")
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return LedgerError(f"{path}: is no readable ledger ({error}); move it away and restore it from a copy")
    return LedgerError(
        f"{path}: cannot be written ({error}); make the folder writable, or name another file in the environment variable CUMBRE_LEDGER"
    )


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.parent.is_dir():
        raise UsageError(
            f"{path.parent}: no such folder; the ledger lies in the case folder unless CUMBRE_LEDGER in the environment names a file"
        )
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise LedgerError(
            f"{path}: cannot be written; make the folder writable, or name another file in the environment variable CUMBRE_LEDGER"
        )
    try:
        connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
    except sqlite3.Error as error:
        raise _say(path, error) from None
    try:
        # Two processes that open a new file at once meet on the change of journal, which SQLite does not wait for.
        for attempt in range(200):
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if attempt == 199 or ("locked" not in str(error) and "busy" not in str(error)):
                    raise
                time.sleep(0.02)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            connection.execute(statement)
        yield connection
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise _say(path, error) from None
    finally:
        # Closing without COMMIT rolls back, so a fault half-way leaves nothing behind.
        connection.close()


def append(path: Path | str, rows: Sequence[tuple[str, str, Mapping[str, Any]]], *, now: dt.datetime | None = None) -> list[Row]:
    """Append rows (kind, question id, content) as one whole; returns them as sealed.

    When this returns, the rows are on disk. Raises LedgerError where the file cannot be written.
    """
    path = Path(path)
    moment = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="seconds")
    sealed: list[Row] = []
    with _writing(path) as connection:
        last = connection.execute("SELECT n, hash FROM ledger ORDER BY n DESC LIMIT 1").fetchone()
        n, previous = (int(last[0]), str(last[1])) if last else (0, GENESIS)
        for kind, question_id, content in rows:
            n += 1
            text = _canonical(content)
            found = _hash(previous, n, kind, moment, question_id, text)
            sealed.append(Row(n, kind, moment, question_id, json.loads(text), previous, found))
            connection.execute(
                "INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)", (n, kind, moment, question_id, text, previous, found)
            )
            previous = found
    return sealed


def _fetch(path: Path) -> list[tuple[Any, ...]]:
    """All rows as stored. A folder that cannot be written to is read without locks."""
    query = "SELECT n, kind, sealed_at, question_id, content, previous, hash FROM ledger ORDER BY n"
    address = quote(str(path.resolve()))
    last: sqlite3.Error | None = None
    modes = (
        ("mode=rw", "mode=ro", "mode=ro&immutable=1") if os.access(path.parent, os.W_OK) else ("mode=ro", "mode=ro&immutable=1")
    )
    for mode in modes:
        try:
            connection = sqlite3.connect(f"file:{address}?{mode}", uri=True, timeout=_WAIT)
            try:
                if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").fetchone():
                    return []
                return connection.execute(query).fetchall()
            finally:
                connection.close()
        except sqlite3.OperationalError as error:
            last = error
        except sqlite3.DatabaseError as error:
            raise LedgerError(f"{path}: is no readable ledger ({error}); restore it from a copy") from None
    raise LedgerError(f"{path}: cannot be read ({last}); check the file and its permissions")


def read_rows(path: Path | str) -> list[Row]:
    """Every sealed row in order; empty where no ledger was begun."""
    path = Path(path)
    if not path.is_file():
        return []
    rows = []
    for n, kind, sealed_at, question_id, content, previous, found in _fetch(path):
        try:
            body = json.loads(content)
        except ValueError:
            raise LedgerError(f"{path}: row {n} holds no JSON; run `cumbre score --verify` and restore the file") from None
        rows.append(Row(int(n), str(kind), str(sealed_at), str(question_id), body, str(previous), str(found)))
    return rows


def verify(path: Path | str, *, head: str | None = None) -> list[Fault]:
    """Every fault of the chain; empty where it holds.

    `head` is a hash noted at an earlier sealing: where it is no longer in the chain, rows were cut off or rewritten.
    """
    path = Path(path)
    if not path.is_file():
        return [Fault(0, f"{path}: no such file; nothing was sealed yet")] if head else []
    faults: list[Fault] = []
    previous, expected = GENESIS, 1
    seen: set[str] = set()
    for n, kind, sealed_at, question_id, content, before, found in _fetch(path):
        if n != expected:
            faults.append(Fault(int(n), f"follows row {expected - 1}; rows between are missing"))
        if before != previous:
            faults.append(Fault(int(n), "does not name the hash of the row before it; a row was changed, removed or put in"))
        if _hash(str(before), int(n), str(kind), str(sealed_at), str(question_id), str(content)) != found:
            faults.append(Fault(int(n), "its content does not match its hash; it was changed after sealing"))
        previous, expected = str(found), int(n) + 1
        seen.add(previous)
    if head and not any(value.startswith(head) for value in seen):
        faults.append(Fault(0, f"the hash {head[:16]} noted earlier is not in the chain; rows were cut off or rewritten"))
    return faults
