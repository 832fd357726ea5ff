"""
Measure how soon the panel answers: ``.venv/bin/python benchmarks/panel.py``.

Each change draws a picture, its table and its files; the yardstick is the same picture drawn and
saved once. A change is to take less than a second.
"""

import statistics
import time

import nltrade as nl
from nltrade.charts import draw

CHANGES = [
    *(("partner", "China"), ("beside", "Turkey"), ("first", "2008"), ("year", "2020")),
    *(("flow", "import"), ("sector", "energy"), ("lang", "nl"), ("partner", "Noorwegen")),
]


def main() -> None:
    panel, seconds = nl.explore(), {}
    for name, value in CHANGES:
        start = time.perf_counter()
        getattr(panel, name).value = value
        seconds[name, value] = time.perf_counter() - start

    start = time.perf_counter()
    draw("over_time", nl.load(), [], partner="CN", period=2012, lang="en").images(["png", "svg"])
    alone = time.perf_counter() - start

    slowest = max(seconds, key=seconds.__getitem__)
    median = statistics.median(seconds.values())
    print(f"median {median:.2f} s, {median / alone:.1f} x a picture; at most 1 s")
    print(f"slowest {seconds[slowest]:.2f} s ({' '.join(slowest)})")


if __name__ == "__main__":
    main()
