"""Rows of bars or marks, and the key that says what the marks are."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from nltrade.charts.canvas import TEXT, Canvas, text_width, wrap
from nltrade.charts.style import PALE, SUBJECT, readable

# Inches: a row, each further line of its text, a bar, between a name and the line of zero.
ROW, LINE, BAR, GAP = 0.24, 0.14, 0.15, 0.1
SAMPLE, BETWEEN, KEY = 0.36, 0.25, 0.24  # inches: a mark of the key, between two, a line of them
Sample = tuple[str, Sequence[dict[str, Any]]]  # words, and the looks that are drawn before them


def room_for(names: Sequence[str], width: float, most: float = 0.36) -> float:
    """Give the inches that names take before their bars: a word is never broken."""
    longest = max(text_width(word, TEXT, "bold") for name in names for word in name.split())
    widest = max(text_width(name, TEXT, "bold") for name in names)
    return max(min(widest, most * width), longest) + GAP


class Rows(NamedTuple):
    """Names and labels in lines that fit, how high each row is, and what an inch across is."""

    names: list[str]
    labels: list[str]
    tall: list[float]
    unit: float

    @property
    def spots(self) -> list[float]:
        """Give the middle of each row, in inches from the top."""
        ends = accumulate(self.tall)
        return [end - tall / 2 for end, tall in zip(ends, self.tall, strict=True)]


def lay(
    names: Sequence[str], labels: Sequence[str], highs: Sequence[float], left: float, width: float
) -> Rows:
    """Choose as wide a scale as leaves room for each label behind its bar, in lines where long."""
    room = width - left - GAP
    least = [min(text_width(label, TEXT, "bold"), room / 2) for label in labels]
    unit = max(high / (room - each) for high, each in zip(highs, least, strict=True)) or 1.0

    names = [wrap(name, left - GAP, TEXT, "bold") for name in names]
    labels = [
        wrap(label, room - high / unit + 1e-9, TEXT, "bold")
        for label, high in zip(labels, highs, strict=True)
    ]
    more = [
        max(name.count("\n"), label.count("\n")) for name, label in zip(names, labels, strict=True)
    ]
    return Rows(names, labels, [ROW + LINE * each for each in more], unit)


def write(ax: Axes, rows: Rows, highs: Sequence[float], subject: int | None = None) -> None:
    """Write the names before the line of zero and the labels behind their bars; one in colour."""
    texts = zip(rows.names, rows.labels, rows.spots, highs, strict=True)
    for at, (name, label, spot, high) in enumerate(texts):
        look: dict[str, Any] = {"va": "center_baseline", "fontsize": TEXT, "linespacing": 1.05}
        if at == subject:
            look |= {"weight": "bold", "color": readable(SUBJECT)}
        ax.text(-GAP * rows.unit, spot, name, ha="right", **look)
        ax.text(high + GAP * rows.unit, spot, label, **look)
    ax.plot([0, 0], [0, sum(rows.tall)], color=PALE, linewidth=1, clip_on=False)


def bars(
    space: Canvas,
    names: Sequence[str],
    labels: Sequence[str],
    values: Sequence[float],
    colours: Sequence[str],
    *,
    most: float = 0.36,
    subject: int | None = None,
) -> tuple[Axes, Rows]:
    """Draw a figure of one bar a row: its name before it, its label behind it."""
    left = room_for(names, space.width, most)
    laid = lay(names, labels, values, left, space.width)
    ax = space.open(sum(laid.tall), ticks=False).sheet(sum(laid.tall), left=left, unit=laid.unit)
    ax.barh(laid.spots, values, height=BAR, color=colours)
    write(ax, laid, values, subject)
    return ax, laid


class Key:
    """
    What the marks of a figure are: samples in lines at the top of the drawing, if not all are one.

    Parameters
    ----------
    samples : sequence of (str, sequence of dict)
        Words, and the looks of the line or mark before them.
    room : float
        Inches across.
    """

    def __init__(self, samples: Sequence[Sample], room: float) -> None:
        self.placed, line, x = [], 0, 0.0
        for words, looks in samples if len(samples) > 1 else []:
            wide = SAMPLE + text_width(words, TEXT)
            if x and x + wide > room:
                line, x = line + 1, 0.0
            self.placed.append((x, KEY * (line + 0.5), words, looks))
            x += wide + BETWEEN
        self.tall = KEY * (line + 1) if self.placed else 0.0

    def draw(self, space: Canvas) -> None:
        """Draw it, as soon as the canvas is open."""
        if not self.placed:
            return
        ax = space.sheet(self.tall)
        for x, y, words, looks in self.placed:
            for look in looks:
                ax.plot([x, x + 0.14, x + 0.28], [y] * 3, clip_on=False, **look)
            ax.text(x + SAMPLE, y, words, va="center_baseline", fontsize=TEXT)
