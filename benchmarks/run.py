"""
Measure against a yardstick in one run, as ratios: ``.venv/bin/python benchmarks/run.py``.

Each command runs in a fresh process, ours and the yardstick in turn; the median of the ratios is
shown. A figure is drawn and saved in this process in its three formats; the yardstick is matplotlib
saving an empty figure of that size (as many axes, nothing in them) in the same formats.
"""

import io
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import nltrade as nl
from nltrade.charts import NAMES, draw
from nltrade.charts.style import styled

ROUNDS = 9
FORMATS = ("png", "svg", "pdf")


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def command(*words: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *words], capture_output=True, check=False)


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
) -> None:
    ours(), yardstick()  # once to warm the caches of the disk and of fonts
    pairs = [(seconds(ours), seconds(yardstick)) for _ in range(rounds)]
    ratio = statistics.median(a / b for a, b in pairs)
    mine, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{name:42} {mine:7.3f} s {other:7.3f} s {ratio:6.2f}   at most {most}")


def header(*packages: str) -> None:
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"Python {platform.python_version()}, {versions}; {platform.machine()}\n")
    print(f"{'':42} {'ours':>9} {'yardstick':>9} {'ratio':>6}")


def main() -> None:
    header("nltrade", "pandas", "matplotlib", "narwhals")
    pandas = command("-c", "import pandas")
    compare("import nltrade / import pandas", command("-c", "import nltrade"), pandas, 1.3)
    compare("nltrade check / import pandas", command("-m", "nltrade", "check"), pandas, 2.5)
    frame, verdicts = nl.load(), nl.check_claims()
    for name in NAMES:

        def ours(name: str = name) -> object:
            return draw(name, frame, verdicts, partner="RU", period=2012, lang="en").images(FORMATS)

        figure = draw(name, frame, verdicts, partner="RU", period=2012, lang="en").figure
        compare(f"figure {name} / empty figure", ours, lambda figure=figure: empty(figure), 3.0)


if __name__ == "__main__":
    main()
