"""
The frame around every figure: headline, measure, drawing, footnotes, source.

The headline says the finding, the line under it what is measured, the footer where the numbers come from. Heights are
counted in inches, so that text of any length pushes the drawing down instead of running into it.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from nltrade import wording
from nltrade.cbs.snapshot import Origin
from nltrade.registry.entries import Kind, Lang

STYLE = Path(__file__).with_name("nltrade.mplstyle")
WIDTH = 8.0
MARGIN = 0.25
TICKS = 0.22  # inches below the drawing for the labels of its axis
IMPORT, EXPORT, SUBJECT, GREY, INK = "#0072b2", "#d55e00", "#964a8b", "#8c8c8c", "#333333"
IMPORT_LIGHT, EXPORT_LIGHT, PALE = "#a6cee6", "#f4c4a0", "#d9d9d9"
COLOURS = {"import": IMPORT, "export": EXPORT}


def styled() -> AbstractContextManager[None]:
    """Draw in the style of the package, and leave matplotlib's own settings as they were."""
    return matplotlib.style.context(STYLE)


class Canvas:
    """A figure with its headline, subtitle and footer in place, and room for the drawing between them."""

    def __init__(self, *, headline: str, subtitle: str, footer: Sequence[str], height: float) -> None:
        width = WIDTH - 2 * MARGIN
        blocks = [
            (wrap(headline, width, 13, "bold"), 13, {"fontweight": "bold"}),
            (wrap(subtitle, width, 9.5), 9.5, {"color": "#555555"}),
        ]
        foot = "\n".join(wrap(line, width, 7) for line in footer)
        heights = [_height(text, size) for text, size, _ in blocks]
        foot_height = _height(foot, 7)
        total = MARGIN + sum(heights) + 0.1 + height + TICKS + 0.12 + foot_height + 0.15
        self.figure = Figure(figsize=(WIDTH, total))
        FigureCanvasAgg(self.figure)
        top = MARGIN
        for (text, size, extra), tall in zip(blocks, heights, strict=True):
            self._text(text, size, 1 - top / total, **extra)
            top += tall
        self._text(foot, 7, (0.15 + foot_height) / total, color="#6b6b6b")
        self.top, self.bottom = 1 - (top + 0.1) / total, (0.15 + foot_height + 0.12 + TICKS) / total

    def axes(
        self, rows: int = 1, columns: int = 1, *, left: float = 0.0, titles: float = 0.0, **spacing: Any
    ) -> list[Axes]:
        """
        Fill the room with a grid of axes.

        Parameters
        ----------
        rows, columns : int
            Size of the grid.
        left, titles : float
            Inches kept free beside it for labels, and above it for titles.
        **spacing
            Passed to `matplotlib.figure.Figure.add_gridspec`.

        Returns
        -------
        list of matplotlib.axes.Axes
            Row by row.
        """
        grid = self.figure.add_gridspec(
            rows,
            columns,
            left=(MARGIN + left) / WIDTH,
            right=1 - MARGIN / WIDTH,
            top=self.top - titles / self.figure.get_figheight(),
            bottom=self.bottom,
            **spacing,
        )
        return [self.figure.add_subplot(grid[row, column]) for row in range(rows) for column in range(columns)]

    def _text(self, text: str, size: float, y: float, **extra: Any) -> Text:
        return self.figure.text(MARGIN / WIDTH, y, text, fontsize=size, va="top", linespacing=1.35, **extra)


def wrap(text: str, width: float, size: float, weight: str = "normal") -> str:
    """
    Break a text into lines that fit, as measured in the font that is drawn.

    Parameters
    ----------
    text : str
        Text; its words are kept whole.
    width : float
        Room in inches.
    size : float
        Font size in points.
    weight : str
        ``"normal"`` or ``"bold"``.

    Returns
    -------
    str
        The text with line breaks.
    """
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


@cache
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """
    Measure a line of text.

    Parameters
    ----------
    text : str
        One line.
    size : float
        Font size in points.
    weight : str
        ``"normal"`` or ``"bold"``.

    Returns
    -------
    float
        Inches.
    """
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def source_lines(origins: Sequence[Origin], lang: Lang, statuses: Mapping[str, str] | None = None) -> list[str]:
    """
    Say where the numbers come from: table, modification date, hash, licence, and how final they are.

    Parameters
    ----------
    origins : sequence of Origin
        Provenance of each table that is drawn.
    lang : {"en", "nl"}
        Language.
    statuses : mapping of str to str, optional
        Status of the figures of a year, as in the tidy frame.

    Returns
    -------
    list of str
        One line.
    """
    each = [wording.text("source-table", lang, table=o.table, modified=o.modified, hash=o.sha256[:8]) for o in origins]
    final = [wording.text("status-of", lang, year=year, status=status) for year, status in (statuses or {}).items()]
    return [" ".join([wording.text("source", lang, tables="; ".join(each)), *final])]


def _height(text: str, size: float) -> float:
    return (text.count("\n") + 1) * size * 1.35 / 72 + 0.04


def to_fetch(frame: pd.DataFrame, partner: str, product: str, id: str, lang: Lang) -> list[str]:
    """Say what a fetch would add, where the frame has no cell of a product for the partner."""
    there = frame["product"].eq(product) & frame["partner"].eq(partner)
    return [] if there.any() else [wording.label(id, lang)]


def statuses(frame: pd.DataFrame, period: str, kind: Kind = "goods") -> dict[str, str]:
    """Give the status of the figures of a period, as far as all tables of the frame agree on it."""
    found = frame.loc[(frame["period"] == period) & (frame["kind"] == kind), "status"].unique()
    return {period: str(found[0])} if len(found) == 1 else {}


def year_label(frame: pd.DataFrame, table: str, year: str, lang: Lang) -> str:
    """Write a year, marked where the table has only a part of it."""
    of_year = frame[(frame["table"] == table) & (frame["period"] == year)]
    return year if of_year["complete"].all() else f"{year} ({wording.label('part-year', lang)})"


def billions(axis: Axis, lang: Lang, low: float, high: float) -> None:
    """Set the ticks of an axis of million euro between two values, and write them in billions."""
    ticks = [tick for tick in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]
    digits = max(len(f"{tick / 1000:g}".partition(".")[2]) for tick in ticks) if ticks else 0
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FuncFormatter(lambda value, _: wording.number(value / 1000, lang, digits)))


def spread(positions: Mapping[str, float], apart: float) -> dict[str, float]:
    """
    Move labels apart, as little as needed and in their order, so that none covers another.

    Parameters
    ----------
    positions : mapping of str to float
        Where each label would stand.
    apart : float
        Least distance between two labels.

    Returns
    -------
    dict of str to float

    Examples
    --------
    >>> spread({"a": 0.0, "b": 0.2, "c": 5.0}, 1.0)
    {'a': -0.4, 'b': 0.6, 'c': 5.0}
    """
    groups: list[tuple[list[str], float]] = []  # labels that touch, and their centre
    for name, at in sorted(positions.items(), key=lambda item: item[1]):
        names, centre = [name], float(at)
        while groups and centre - groups[-1][1] < apart * (len(names) + len(groups[-1][0])) / 2:
            before, other = groups.pop()
            centre = (centre * len(names) + other * len(before)) / (len(names) + len(before))
            names = before + names
        groups.append((names, centre))
    return {
        name: round(centre + apart * (at - (len(names) - 1) / 2), 9)
        for names, centre in groups
        for at, name in enumerate(names)
    }
