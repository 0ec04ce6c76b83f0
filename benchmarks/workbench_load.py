"""Readers at once on loopback: `python benchmarks/workbench_load.py [CASE] [--readers 20] [--seconds 120]`.

Starts a server of its own, waits for its worlds, then lets every reader walk over the pages with half a second between them, now and then
with a filter. Prints errors, the times to a whole page and the processor time of the server beside what is wanted.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import threading
import time
from urllib.parse import urlencode

from workbench_speed import FULL, free_port, get, start, stop, wait

PAGES = ("/", "/record", "/negotiation", "/ballot", "/ledger")


def cpu(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time that a process has used."""
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", default="washington-2026")
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=0.5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process, _ = start(options.case, port, {**os.environ, "CUMBRE_CACHE": f"{folder}/cache", "CUMBRE_HOME": f"{folder}/home"})
        wait(port, FULL)
        for page in PAGES:
            for lang in ("en", "es"):
                get(port, f"{page}?lang={lang}")
        before = cpu(process)
        end, times, errors = time.monotonic() + options.seconds, [], []
        lock = threading.Lock()

        def reader(seed: int) -> None:
            dice = random.Random(seed)
            while time.monotonic() < end:
                query = {"lang": dice.choice(("en", "es"))}
                page = dice.choice(PAGES)
                if page == "/" and dice.random() < 0.3:
                    query["given"] = f"home.approval['2026-05-31'] >= {dice.randrange(30, 38)}"
                try:
                    seconds, status, text = get(port, f"{page}?{urlencode(query)}")
                    with lock:
                        times.append(seconds)
                        if status != 200 or "</html>" not in text or 'role="alert"' in text:
                            errors.append(f"{status} {page}")
                except OSError as error:
                    with lock:
                        errors.append(str(error))
                time.sleep(dice.uniform(0.5, 1.5) * options.pause)

        threads = [threading.Thread(target=reader, args=(k,)) for k in range(options.readers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        used = cpu(process) - before
        stop(process)
    ordered = sorted(times)
    median, p95, most = (1000 * value for value in (statistics.median(ordered), ordered[int(0.95 * len(ordered))], ordered[-1]))
    print(f"{'what':66} {'wanted':>10} {'measured':>16}")
    for what, wanted, found in (
        (
            f"errors of {len(times)} pages, {options.readers} readers, {options.seconds:.0f} s {errors[:3] or ''}",
            "0",
            str(len(errors)),
        ),
        ("time to a whole page, 95th percentile", "500 ms", f"{p95:.0f} ms"),
        ("time to a whole page, median", "", f"{median:.0f} ms"),
        ("time to a whole page, longest", "", f"{most:.0f} ms"),
        ("CPU of the server a page", "", f"{1000 * used / max(len(times), 1):.1f} ms"),
    ):
        print(f"{what:66} {wanted:>10} {found:>16}")


if __name__ == "__main__":
    main()
