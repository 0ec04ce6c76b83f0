"""Seal batches into a ledger until killed; a line on stdout for each batch that was reported as sealed."""

from __future__ import annotations

import sys
from pathlib import Path

from cumbre.questions.chain import append


def main(path: Path, name: str, size: int) -> None:
    """Every batch is `size` forecasts of one run."""
    batch = 0
    while True:
        rows = [("forecast", f"{name}-{batch}-{k}", {"probability": 0.5, "batch": f"{name}-{batch}"}) for k in range(size)]
        sealed = append(path, rows)
        print(f"{name}-{batch} {sealed[-1].n} {sealed[-1].hash}", flush=True)
        batch += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
