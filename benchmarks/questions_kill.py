"""Kill a sealing process three hundred times at random moments; count sealed rows that were lost, halves, unreadable files.

python benchmarks/questions_kill.py [--kills 300]
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from cumbre.questions.chain import append, read_rows, verify

_BATCH = 5


def seal_until_killed(path: Path, name: str) -> None:
    """Seal batches for ever; a line on stdout for each that was reported as sealed."""
    batch = 0
    while True:
        rows = [("forecast", f"{name}-{batch}-{k}", {"probability": 0.5, "batch": f"{name}-{batch}"}) for k in range(_BATCH)]
        print(append(path, rows)[-1].hash, flush=True)
        batch += 1


def main() -> None:
    """Run and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seal", nargs=2, metavar=("FILE", "NAME"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.seal:
        seal_until_killed(Path(arguments.seal[0]), arguments.seal[1])
    chance, began = random.Random(1), time.perf_counter()
    reported: set[str] = set()
    unreadable = silent = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        for kill in range(arguments.kills):
            process = subprocess.Popen(
                [sys.executable, __file__, "--seal", str(path), f"r{kill}"], stdout=subprocess.PIPE, text=True
            )
            assert process.stdout is not None
            # Half of the kills come after the first batch, half while the process is still opening the ledger.
            first = process.stdout.readline() if kill % 2 else ""
            time.sleep(chance.uniform(0, 0.05) if kill % 2 else chance.uniform(0.1, 1.5))
            process.kill()
            lines = (first + process.stdout.read()).splitlines(keepends=True)
            process.wait()
            silent += not lines
            reported |= {line.strip() for line in lines if line.endswith("\n")}
            try:
                if verify(path):
                    unreadable += 1
            except Exception as error:
                print(f"kill {kill}: {error}")
                unreadable += 1
        rows = read_rows(path)
        sizes = Counter(row.content["batch"] for row in rows)
    lost = len(reported - {row.hash for row in rows})
    halves = sum(size != _BATCH for size in sizes.values())
    print(f"kills {arguments.kills} (before the first seal: {silent}), batches reported {len(reported)}, rows {len(rows)}")
    print(f"LOST={lost} HALVES={halves} UNREADABLE={unreadable} SECONDS={time.perf_counter() - began:.0f}")
    sys.exit(bool(lost or halves or unreadable))


if __name__ == "__main__":
    main()
