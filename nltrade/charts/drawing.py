"""Several figures as several pictures."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from nltrade.charts.chart import Chart


class Picture(NamedTuple):
    """What a picture is to be: its format, how wide, and whether with the words of the frame."""

    format: str
    size: str = "page"
    framed: bool = True


def pictures(
    charts: Iterable[Chart], wanted: Sequence[Picture], *, style: Path | str | None = None, workers: int = 1
) -> list[dict[Picture, bytes]]:
    """Draw charts."""
    return [
        {one: chart.image(one.format, one.size, framed=one.framed, style=style) for one in wanted} for chart in charts
    ]
