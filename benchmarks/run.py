"""
Measure what the package promises of speed, in some minutes: ``.venv/bin/python benchmarks/run.py``.

- importing it, and ``nltrade check``, against ``import pandas``: fresh processes;
- `load` of all that is at hand against loading the tables of CBS that it consists of, so that a
  table of another source beside them costs nothing;
- each figure, drawn and saved in three formats, against an empty one of matplotlib's of that size
  (as many axes, nothing in them), saved in the same formats;
- `sector_trade` on DuckDB, in seconds: of one partner and year, from a table of the database.

Ours and the yardstick go in turn, once to warm the caches and then some rounds; the least processor
time of each is shown, which other work on the machine changes least, and the ratio of the two.
"""

import io
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version

import duckdb
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import nltrade as nl
from nltrade.charts import NAMES, draw
from nltrade.charts.style import styled

ROUNDS = 9
FORMATS = ("png", "svg", "pdf")
NO_BYTECODE = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


def processor() -> float:
    """Give the processor time of this process and of the commands that it ran, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def seconds(act: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    act()
    return clock() - start


def command(*words: str) -> Callable[[], object]:
    # Installed packages are compiled once; ours is too, where nothing forbids it.
    allowed = {name: value for name, value in os.environ.items() if name not in NO_BYTECODE}
    return lambda: subprocess.run(
        [sys.executable, *words], capture_output=True, check=False, env=allowed
    )


def empty(figure: Figure) -> None:
    with styled():
        blank = Figure(figsize=figure.get_size_inches())
        FigureCanvasAgg(blank)
        blank.subplots(len(figure.axes), squeeze=False)
        for format in FORMATS:
            blank.savefig(io.BytesIO(), format=format)


def compare(
    name: str,
    ours: Callable[[], object],
    yardstick: Callable[[], object],
    most: float,
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
) -> None:
    ours(), yardstick()  # once to warm the caches of the disk and of fonts
    pairs = [(seconds(ours, clock), seconds(yardstick, clock)) for _ in range(rounds)]
    mine, other = (min(times) for times in zip(*pairs, strict=True))
    ratio = mine / other
    print(f"{name:42} {mine:7.3f} s {other:7.3f} s {ratio:6.2f} {bound(ratio, most)}", flush=True)


def bound(measured: float, most: float) -> str:
    return f"  at most {most}" + (", which it is not" if measured > most else "")


def header(*packages: str) -> None:
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"Python {platform.python_version()}, {versions}; {platform.machine()}\n")
    print(f"{'':42} {'ours':>9} {'yardstick':>9} {'ratio':>6}")


def main() -> None:
    header("nltrade", "pandas", "matplotlib", "narwhals", "duckdb")
    measure = partial(compare, clock=processor)
    pandas = command("-c", "import pandas")
    measure("import nltrade / import pandas", command("-c", "import nltrade"), pandas, 1.25)
    measure("nltrade check / import pandas", command("-m", "nltrade", "check"), pandas, 2.0)

    frame, verdicts = nl.load(), nl.check_claims()
    tables = frame["table"].unique()
    measure("load() / the tables of CBS", nl.load, lambda: nl.load(*tables), 1.3)

    about = {"partner": "RU", "period": 2012, "lang": "en", "other_side": nl.other_side("RU")}
    for name in NAMES:

        def ours(name: str = name) -> object:
            return draw(name, frame, verdicts, **about).images(FORMATS)

        blank = partial(empty, draw(name, frame, verdicts, **about).figure)
        measure(f"figure {name} / empty figure", ours, blank, 3.0)

    database = duckdb.connect()
    database.register("given", frame)
    database.execute("CREATE TABLE trade AS SELECT * FROM given")

    def sectors() -> object:
        return nl.sector_trade(database.table("trade"), "RU", 2012)

    sectors()
    least = min(seconds(sectors, processor) for _ in range(ROUNDS))
    print(f"{'sector_trade on DuckDB':42} {least:7.3f} s {'':16} {bound(least, 2.0)} s")


if __name__ == "__main__":
    main()
