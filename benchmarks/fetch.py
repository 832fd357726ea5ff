"""
Measure a download against its yardsticks, all from the replica of the feed: ``.venv/bin/python
benchmarks/fetch.py``.

The replica runs in a process of its own and keeps its answers, each asked for once before it
counts: so the ratios are those of the clients, not of the replica. Each contender is a fresh
process; its time is that of the work, after the imports; its memory the peak of the whole process.
The yardsticks are ``pandas.DataFrame(cbsodata.get_data(...))`` of the same rows, and the floor:
reading the same bytes, one page after the other, and parsing them with the same parser.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROUNDS = 3
MEASURED = """
import resource, sys, time
{before}
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
OURS = "from nltrade import fetch", "fetch('7137shih', years='{first}:{last}', freq=['A', 'M'])"
BETWEEN = "Perioden ge '{first}JJ00' and Perioden le '{last}MM12'"
CBSODATA = (
    "import cbsodata, os, pandas\n"
    "cbsodata.options.catalog_url, cbsodata.options.use_https = os.environ['NLTRADE_CBS'].split('//')[1], False",
    f'pandas.DataFrame(cbsodata.get_data("7137shih", filters="{BETWEEN}"))',
)
COLUMNS = "LandenGroepen,SITC,Perioden,Invoerwaarde_1,Uitvoerwaarde_2"
FLOOR = (
    "import os, pyarrow, pyarrow.json, requests",
    f"""
url, session = os.environ["NLTRADE_CBS"] + "/ODataFeed/odata/7137shih/UntypedDataSet", requests.Session()
params = {{{{"$format": "json", "$select": "{COLUMNS}", "$filter": "{BETWEEN}"}}}}
while url:
    body = session.get(url, params=params).content
    whole = pyarrow.json.ReadOptions(block_size=len(body) + 1)
    page = pyarrow.json.read_json(pyarrow.BufferReader(body), whole)
    url, params = page["odata.nextLink"][0].as_py() if "odata.nextLink" in page.column_names else None, None
""",
)
PANDAS = "", "import pandas"
YEARLY = "import nltrade as nl; frame = nl.load('7137shih', period=range(1996, 2018))"
SECTORS = YEARLY, "nl.sector_trade(frame)"
GROUPED = (
    YEARLY,
    "frame.groupby(['table', 'flow', 'partner', 'product', 'period'])['value_meur'].sum()",
)
ONE_ANSWER = "", "import nltrade as nl; assert len(nl.load('7137shih', partner='RU', period=2012))"


@contextmanager
def replica(latency: float = 0.0) -> Iterator[str]:
    words = [
        sys.executable,
        "-m",
        "cbs_replica",
        "--kinds",
        "MM JJ",
        "--keep",
        "--latency",
        str(latency),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout
        yield server.stdout.readline().strip()
        server.terminate()


def measure(
    contender: tuple[str, str], url: str, folder: str | None = None, **years: int
) -> tuple[float, float]:
    """Give the seconds and the megabytes of one run, by default into a folder that goes away."""
    before, work = contender
    with tempfile.TemporaryDirectory() as away:
        environment = os.environ | {"NLTRADE_CBS": url, "NLTRADE_DATA": folder or away}
        words = [sys.executable, "-c", MEASURED.format(before=before, work=work.format(**years))]
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def medians(
    contenders: dict[str, tuple[str, str]], url: str, **years: int
) -> dict[str, tuple[float, float]]:
    """
    Run each once for the replica to have its answers, then in turn; give the median time and memory
    of each.
    """
    rounds = [
        {name: measure(each, url, **years) for name, each in contenders.items()}
        for _ in range(ROUNDS + 1)
    ]
    return {
        name: (
            statistics.median(one[name][0] for one in rounds[1:]),
            max(one[name][1] for one in rounds[1:]),
        )
        for name in contenders
    }


def compare(what: str, ours: float, other: float, most: float, unit: str) -> None:
    print(
        f"{what:56} {ours:8.2f} {unit:2} {other:8.2f} {unit:2} {ours / other:6.2f}   at most {most:.2f}",
        flush=True,
    )


def main() -> None:
    packages = ("nltrade", "cbsodata", "requests", "msgspec", "pyarrow", "pandas")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    print(
        f"Python {platform.python_version()}, {versions}; {platform.machine()}, {os.cpu_count()} cores\n"
    )
    print(f"{'':56} {'ours':>11} {'yardstick':>11} {'ratio':>6}")
    million = {"first": 2009, "last": 2011}  # 1,046,448 rows
    with replica() as url:
        found = medians({"ours": OURS, "cbsodata": CBSODATA, "floor": FLOOR}, url, **million)
        compare(
            "1 million rows / cbsodata into pandas, time",
            found["ours"][0],
            found["cbsodata"][0],
            1 / 3,
            "s",
        )
        compare(
            "1 million rows / cbsodata into pandas, memory",
            found["ours"][1],
            found["cbsodata"][1],
            1 / 4,
            "MB",
        )
        compare(
            "1 million rows / reading and parsing them, time",
            found["ours"][0],
            found["floor"][0],
            1.6,
            "s",
        )
        few = medians({"ours": OURS}, url, first=2010, last=2011)["ours"]
        many = medians({"ours": OURS}, url, first=1996, last=2015)["ours"]
        compare("7 million rows / 0.7 million rows, time", many[0], few[0], 12, "s")
        compare("7 million rows / 0.7 million rows, memory", many[1], few[1], 1.1, "MB")
        with tempfile.TemporaryDirectory() as folder:
            measure(OURS, url, folder, first=1996, last=2017)
            pairs = [
                (measure(ONE_ANSWER, url, folder)[0], measure(PANDAS, url)[0]) for _ in range(9)
            ]
            both = [
                (measure(SECTORS, url, folder)[0], measure(GROUPED, url, folder)[0])
                for _ in range(5)
            ]
        answer, pandas = (statistics.median(times) for times in zip(*pairs, strict=True))
        sectors, grouped = (statistics.median(times) for times in zip(*both, strict=True))
        compare("one answer of 7.7 million rows / import pandas, time", answer, pandas, 2, "s")
    compare("sectors of all partners and years / one groupby sum", sectors, grouped, 3, "s")
    with replica(latency=0.05) as url:
        late = medians({"ours": OURS, "cbsodata": CBSODATA}, url, **million)
        compare(
            "1 million rows, 50 ms an answer / cbsodata, time",
            late["ours"][0],
            late["cbsodata"][0],
            1 / 3,
            "s",
        )


if __name__ == "__main__":
    main()
