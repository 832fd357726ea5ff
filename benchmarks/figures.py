"""
Measure drawing in two processes against one: ``.venv/bin/python benchmarks/figures.py``.

The pictures are those of the mission in both languages, drawn from charts that are made before the
clock starts.
"""

import platform
from importlib.metadata import version

from run import compare

import nltrade as nl
from nltrade.charts import NAMES, Chart, draw
from nltrade.charts.chart import FORMATS
from nltrade.charts.processes import Picture, pictures
from nltrade.registry.entries import LANGS


def charts() -> list[Chart]:
    frame, verdicts = nl.load(), nl.check_claims()
    about = {"partner": "RU", "period": 2012, "other_side": nl.other_side("RU")}
    return [draw(name, frame, verdicts, lang=lang, **about) for name in NAMES for lang in LANGS]


def main() -> None:
    versions = ", ".join(f"{name} {version(name)}" for name in ("nltrade", "pandas", "matplotlib"))
    print(f"Python {platform.python_version()}, {versions}; {platform.machine()}\n")
    print(f"{'':34} {'ours':>9} {'yardstick':>9} {'ratio':>6}")
    all_charts, wanted = charts(), [Picture(format) for format in FORMATS]

    def drawn(workers: int) -> None:
        for chart in all_charts:
            vars(chart).pop("figure", None)  # drawn afresh each time
        pictures(all_charts, [wanted] * len(all_charts), workers=workers)

    compare("pictures, 2 processes / 1", lambda: drawn(2), lambda: drawn(1), 0.8, rounds=5)


if __name__ == "__main__":
    main()
