"""
Measure the briefing of the mission against saving its figures alone: ``.venv/bin/python
benchmarks/briefing.py``.

Both run in this process, in turn: the whole briefing in all formats and two languages, and the
same figures drawn and saved as the same pictures, one after the other. The ratio of the
least times is shown.
"""

import os
import tempfile

from run import compare, header

import nltrade as nl
from nltrade.briefing import FORMATS
from nltrade.charts import NAMES, draw
from nltrade.charts.processes import Picture, pictures
from nltrade.registry.entries import LANGS


def main() -> None:
    header("nltrade", "matplotlib", "python-docx", "python-pptx", "typst")
    frame = nl.load()
    kinds = dict.fromkeys(kind for _, kinds in FORMATS.values() for kind in kinds)
    wanted = [Picture(*kind, framed=False) for kind in kinds]
    other = nl.other_side("RU")

    def whole(workers: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            nl.briefing(frame=frame, lang=LANGS, formats=FORMATS, out=folder, workers=workers)

    def figures_alone() -> None:
        verdicts = nl.check_claims(frame)
        about = {"partner": "RU", "period": 2012, "other_side": other}
        charts = [
            draw(name, frame, verdicts, lang=lang, **about) for lang in LANGS for name in NAMES
        ]
        pictures(charts, [wanted] * len(charts))

    compare(
        "briefing, one process / its figures alone", lambda: whole(1), figures_alone, 1.2, rounds=3
    )
    cores = os.cpu_count() or 1
    compare(
        f"briefing, {cores} processes / its figures",
        lambda: whole(cores),
        figures_alone,
        1.2,
        rounds=3,
    )


if __name__ == "__main__":
    main()
