"""Times of the workbench: start, first number, filter, lever, and memory over many what-ifs.

`python benchmarks/workbench_speed.py [CASE] [--whatifs 200]` starts a server of its own on loopback and prints a table; nothing is sent
anywhere else. Medians of several tries; every answer is read whole.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlencode

FULL = r'data-p="run\.worlds"[^\n]{0,60}20,000'
CARD = 'class="card '


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def get(port: int, path: str) -> tuple[float, int, str]:
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return time.perf_counter() - began, answer.status, text


def start(case: str, port: int, environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], float]:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", "from cumbre.cli import main; main()", "serve", case, "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    while True:
        try:
            get(port, "/health")
            return process, time.perf_counter() - began
        except OSError:
            time.sleep(0.01)


def wait(port: int, words: str, seconds: float = 240) -> float:
    """Until the first page holds these words."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        if re.search(words, get(port, "/?lang=en")[2]):
            return time.perf_counter() - began
        time.sleep(0.2)
    raise SystemExit(f"{words!r} did not come within {seconds:.0f} s")


def memory(process: subprocess.Popen[bytes]) -> float:
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


def final(port: int, query: str) -> float:
    """Seconds until an address shows its numbers, asking again as the page does."""
    began = time.perf_counter()
    while True:
        text = get(port, f"/case/results?{query}")[2]
        if 'class="pending"' not in text:
            if 'role="alert"' in text:
                raise SystemExit(text)
            return time.perf_counter() - began
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", default="washington-2026")
    parser.add_argument("--whatifs", type=int, default=200)
    parser.add_argument("--lever", default="position['USA', 'us_tariff'].mode")
    parser.add_argument("--filter", default="ballot.share1['cepeda']")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "CUMBRE_CACHE": f"{folder}/cache", "CUMBRE_HOME": f"{folder}/home"}
        rows: list[tuple[str, str]] = []
        port = free_port()
        process, up = start(options.case, port, environment)
        rows.append(("server up, nothing kept", f"{up:.2f} s"))
        first = wait(port, CARD)
        rows.append(("first number after that, nothing kept", f"{first:.2f} s"))
        rows.append(("20,000 worlds ready after that", f"{wait(port, FULL):.1f} s"))
        get(port, "/?lang=en")
        times = [final(port, urlencode({"lang": "en", "given": f"{options.filter} >= {20 + 0.1 * k:.1f}"})) for k in range(15)]
        rows.append(("filter change, 20,000 worlds, median of 15", f"{1000 * statistics.median(times):.0f} ms"))
        levers = [final(port, urlencode({"lang": "en", "do": f"{options.lever} = {11 + 0.5 * k}"})) for k in range(9)]
        rows.append(("lever, 5,000 worlds, median of 9", f"{statistics.median(levers):.2f} s"))
        warm = 20
        for k in range(warm):
            final(port, urlencode({"lang": "en", "do": f"{options.lever} = {k * 0.11:.2f}"}))
        before = memory(process)
        for k in range(options.whatifs):
            final(port, urlencode({"lang": "en", "do": f"{options.lever} = {5 + k * 0.1:.2f}"}))
        after = memory(process)
        rows.append(
            (
                f"memory after {warm} and after {options.whatifs} more what-ifs",
                f"{before:.0f} and {after:.0f} MB ({100 * (after / before - 1):+.1f} %)",
            )
        )
        process.terminate()
        process.wait()
        tries = []
        for _ in range(3):
            port = free_port()
            process, up = start(options.case, port, environment)
            seconds, _, text = get(port, "/?lang=en")
            assert CARD in text
            tries.append((up, seconds))
            process.terminate()
            process.wait()
        rows.append(("server up, second start, median of 3", f"{statistics.median(t[0] for t in tries):.2f} s"))
        rows.append(("first number after that, median of 3", f"{statistics.median(t[1] for t in tries):.2f} s"))
    for what, figure in rows:
        print(f"{what:60} {figure}")


if __name__ == "__main__":
    main()
