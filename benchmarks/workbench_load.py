"""Readers at once on loopback: `python benchmarks/workbench_load.py [CASE] [--readers 20] [--seconds 120]`.

Starts a server of its own, waits for its worlds, then lets every reader walk over the pages with half a second between them, now and then
with a filter. Prints the number of answers, errors, and the median and 95th percentile of the time to a whole page.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import threading
import time
from urllib.parse import urlencode

from workbench_speed import FULL, free_port, get, start, wait

PAGES = ("/", "/record", "/negotiation", "/ballot", "/ledger")


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
        process.terminate()
        process.wait()
    ordered = sorted(times)
    print(f"{len(times)} pages for {options.readers} readers in {options.seconds:.0f} s, {len(errors)} errors {errors[:3]}")
    median, p95, most = (1000 * value for value in (statistics.median(ordered), ordered[int(0.95 * len(ordered))], ordered[-1]))
    print(f"median {median:.0f} ms, 95th percentile {p95:.0f} ms, longest {most:.0f} ms")


if __name__ == "__main__":
    main()
