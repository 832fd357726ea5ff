"""The values of a drawn figure, laid over its marks: told on hover and to a screen reader."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape
from math import isnan
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nltrade.charts.series import Series, by_years
from nltrade.registry.entries import Lang

POINTS = 72  # of an inch: the unit of SVG that matplotlib writes
REACH = 5.0  # points around a mark that tell its value
SHAPE = (
    '<rect role="img" x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}"><title>{}</title></rect>'
)


def with_values(svg: bytes, figure: Figure, drawn: Iterable[Series], lang: Lang) -> bytes:
    """
    Lay a shape with its value over each mark of which one value alone can be meant.

    Parameters
    ----------
    svg : bytes
        The drawing.
    figure : matplotlib.figure.Figure
        What it was saved from.
    drawn : iterable of Series
        What names the values.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    bytes
        The drawing with a group of invisible shapes at its end.
    """
    names = _names(drawn, lang)
    shapes = [shape for ax in figure.axes for shape in _shapes(ax, names)]
    start, end, rest = svg.rpartition(b"</svg>")
    group = f'<g class="values" fill-opacity="0">{"".join(shapes)}</g>'.encode()
    return start + group + end + rest if shapes else svg


def _names(drawn: Iterable[Series], lang: Lang) -> dict[tuple[str, float], set[str]]:
    """Give what each value is called, by its year if it has one, in each unit to draw in."""
    names: dict[tuple[str, float], set[str]] = defaultdict(set)
    for series in drawn:
        for point, value in series.values.items():
            if value is None or isinstance(value, str) or isnan(value):
                continue
            year = point[:4] if point[:4].isdigit() else ""
            told = f"{by_years(series.name)}, {point}: {series.write(point, lang)}"
            for unit in (1.0, 1000.0):
                names[year, round(value / unit, 6)].add(told)
    return names


def _shapes(ax: Axes, names: dict[tuple[str, float], set[str]]) -> Iterator[str]:
    """Find the marks of the lines and the bars that have one name."""
    ax.get_xlim(), ax.get_ylim()  # the limits are settled when they are asked for
    scale = POINTS / ax.figure.dpi
    tall = ax.figure.bbox.height * scale

    for line in ax.lines:
        points: Any = line.get_xydata()
        for x, y in points:
            if isnan(x) or isnan(y):
                continue
            told = names.get((str(round(x)), round(y, 6)), set())
            if len(told) == 1:
                across, up = line.get_transform().transform((x, y)) * scale
                yield _shape(across - REACH, tall - up - REACH, 2 * REACH, 2 * REACH, told)

    for bar in ax.patches:
        if not isinstance(bar, Rectangle):
            continue
        year = str(round(bar.get_center()[0]))
        lying = names.get(("", round(bar.get_width(), 6)), set())
        told = lying or names.get((year, round(bar.get_height(), 6)), set())
        if len(told) == 1:
            box = bar.get_window_extent()
            x, y, wide, high = (side * scale for side in (box.x0, box.y1, box.width, box.height))
            yield _shape(x, tall - y, max(wide, REACH), max(high, REACH), told)


def _shape(x: float, y: float, wide: float, high: float, told: set[str]) -> str:
    return SHAPE.format(x, y, wide, high, escape(next(iter(told))))
