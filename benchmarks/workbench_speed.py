"""Times of the workbench: start, first number, filter, lever, and memory over many what-ifs.

`python benchmarks/workbench_speed.py [CASE] [--whatifs 200]` starts servers of its own on loopback and prints a table beside what is
wanted; nothing is sent anywhere else. It takes about five minutes, most of it for the what-ifs. Medians of several tries; every answer is
read whole. A first start finds nothing kept.
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
            if process.poll() is not None:
                raise SystemExit("the server did not start") from None
            time.sleep(0.01)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def wait(port: int, words: str, seconds: float = 240) -> float:
    """Until the first page holds these words."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        page = get(port, "/?lang=en")[2]
        if re.search(words, page):
            return time.perf_counter() - began
        if "Internal Server Error" in page or 'role="alert"' in page:
            raise SystemExit(page)
        time.sleep(0.05)
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


def starts(case: str, folder: str, tries: int) -> tuple[float, float]:
    """Medians of seconds until the server answers, and from then to the first number, with an empty cache each time."""
    times = []
    for k in range(tries):
        port = free_port()
        process, up = start(case, port, {**os.environ, "CUMBRE_CACHE": f"{folder}/empty-{k}", "CUMBRE_HOME": f"{folder}/home"})
        times.append((up, wait(port, CARD)))
        stop(process)
    return statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", default="washington-2026")
    parser.add_argument("--whatifs", type=int, default=200)
    parser.add_argument("--lever", default="position['USA', 'us_tariff'].mode")
    parser.add_argument("--filter", default="ballot.share1['cepeda']")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:

        def say(what: str, wanted: str, found: str) -> None:
            print(f"{what:66} {wanted:>10} {found:>16}", flush=True)

        say("what", "wanted", "measured")
        up, first = starts(options.case, folder, 3)
        say("server up, first start, median of 3", "1.5 s", f"{up:.2f} s")
        say("first number after that, first start, median of 3", "0.5 s", f"{first:.2f} s")
        environment = {**os.environ, "CUMBRE_CACHE": f"{folder}/cache", "CUMBRE_HOME": f"{folder}/home"}
        port = free_port()
        process, _ = start(options.case, port, environment)
        say("20,000 worlds on the page, first start, after the server is up", "", f"{wait(port, FULL):.1f} s")
        get(port, "/?lang=en")
        time.sleep(1)
        times = [final(port, urlencode({"lang": "en", "given": f"{options.filter} >= {20 + 0.1 * k:.1f}"})) for k in range(15)]
        say("filter change, 20,000 worlds, median of 15", "150 ms", f"{1000 * statistics.median(times):.0f} ms")
        levers = [final(port, urlencode({"lang": "en", "do": f"{options.lever} = {11 + 0.5 * k}"})) for k in range(9)]
        say("lever, 5,000 worlds, median of 9", "2 s", f"{statistics.median(levers):.2f} s")
        warm = 20
        for k in range(warm):
            final(port, urlencode({"lang": "en", "do": f"{options.lever} = {k * 0.11:.2f}"}))
        before = memory(process)
        for k in range(options.whatifs):
            final(port, urlencode({"lang": "en", "do": f"{options.lever} = {5 + k * 0.1:.2f}"}))
        after = memory(process)
        grown = f"{before:.0f} to {after:.0f} MB"
        say(
            f"memory after {warm} and after {options.whatifs} more what-ifs: {grown}",
            "+10 %",
            f"{100 * (after / before - 1):+.1f} %",
        )
        stop(process)
        port = free_port()
        process, up = start(options.case, port, environment)
        seconds, _, text = get(port, "/?lang=en")
        assert CARD in text
        stop(process)
        say("server up, second start", "1.5 s", f"{up:.2f} s")
        say("first number after that, kept from the first", "0.5 s", f"{seconds:.2f} s")


if __name__ == "__main__":
    main()
