"""
Measure a download against its yardsticks, all from the replica of the feed: ``.venv/bin/python benchmarks/fetch.py``.

The replica runs in a process of its own, and so does each contender; its time is that of the work without starting
Python, its memory the peak of the whole process. The yardsticks are ``pandas.DataFrame(cbsodata.get_data(...))`` of the
same rows, and the floor: reading the same bytes one page after the other and parsing them with the same parser.
"""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
MEASURED = """
import resource, sys, time
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
OURS = "import nltrade as nl; nl.fetch('7137shih', freq=['A', 'M']{more})"
CBSODATA = """
import cbsodata, os, pandas
cbsodata.options.catalog_url, cbsodata.options.use_https = os.environ["NLTRADE_CBS"].removeprefix("http://"), False
frame = pandas.DataFrame(cbsodata.get_data("7137shih", select={columns}))
"""
FLOOR = """
import msgspec, os, requests
url, session = os.environ["NLTRADE_CBS"] + "/ODataFeed/odata/7137shih/UntypedDataSet", requests.Session()
params = {{"$format": "json", "$select": ",".join({columns})}}
while url:
    page = msgspec.json.decode(session.get(url, params=params).content)
    url, params = page.get("odata.nextLink"), None
"""
COLUMNS = ["LandenGroepen", "SITC", "Perioden", "Invoerwaarde_1", "Uitvoerwaarde_2"]
ONE_ANSWER = "import nltrade as nl; assert len(nl.load('7137shih', partner='RU', period=2012))"


@contextmanager
def replica(rows: int, latency: float = 0.0) -> Iterator[str]:
    words = [sys.executable, "-m", "cbs_replica", "--rows", str(rows), "--latency", str(latency)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout
        yield server.stdout.readline().strip()
        server.terminate()


def measure(work: str, url: str, folder: str) -> tuple[float, float]:
    environment = os.environ | {"NLTRADE_CBS": url, "NLTRADE_DATA": folder}
    words = [sys.executable, "-c", MEASURED.format(work=work)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def fetched(url: str) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        return measure(OURS.format(more=""), url, folder)


def compare(what: str, ours: float, other: float, most: float, unit: str) -> None:
    print(f"{what:58} {ours:8.1f} {unit:2} {other:8.1f} {unit:2} {ours / other:6.2f}   at most {most:.2f}", flush=True)


def main() -> None:
    packages = ("nltrade", "cbsodata", "requests", "msgspec", "pyarrow", "pandas")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"Python {platform.python_version()}, {versions}; {platform.machine()}, {os.cpu_count()} cores\n")
    print(f"{'':58} {'ours':>11} {'yardstick':>11} {'ratio':>6}")
    with replica(1_000_000) as url:
        million, little = fetched(url)
        theirs, much = measure(CBSODATA.format(columns=COLUMNS), url, "none")
        floor, _ = measure(FLOOR.format(columns=COLUMNS), url, "none")
    compare("1 million rows / cbsodata into pandas, time", million, theirs, 1 / 3, "s")
    compare("1 million rows / cbsodata into pandas, peak memory", little, much, 1 / 4, "MB")
    compare("1 million rows / reading and parsing the same, time", million, floor, 3, "s")
    with replica(1_000_000, latency=0.05) as url:
        ours, theirs = fetched(url)[0], measure(CBSODATA.format(columns=COLUMNS), url, "none")[0]
    compare("the same with 50 ms before each answer / cbsodata, time", ours, theirs, 1 / 3, "s")
    with replica(10_000_000) as url:
        ten, more = fetched(url)
    compare("10 million rows / 1 million rows, time", ten, million, 12, "s")
    compare("10 million rows / 1 million rows, peak memory", more, little, 1.15, "MB")
    with replica(7_673_952) as url, tempfile.TemporaryDirectory() as folder:
        measure(OURS.format(more=""), url, folder)
        pairs = [(measure(ONE_ANSWER, url, folder)[0], measure("import pandas", url, folder)[0]) for _ in range(9)]
    answer, pandas = (sorted(times)[4] for times in zip(*pairs, strict=True))
    compare("one answer of 7.5 million rows / import pandas, time", 1000 * answer, 1000 * pandas, 2, "ms")


if __name__ == "__main__":
    main()
