"""
The frame around every figure: headline, measure, drawing, footnotes, source.

The headline says the finding, the line under it what is measured, the footer where the numbers come
from. Heights are counted in inches, so that text of any length pushes the drawing down instead of
running into it. In a document the words of the frame stand around the picture as text; then only
the drawing is drawn.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

import matplotlib
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from matplotlib.ticker import MaxNLocator

from nltrade.charts.style import INK, SOFT
from nltrade.words import Words

MARGIN = 0.25  # inches
# Points. Nothing is smaller than 9, on the size it is seen: see `nltrade.charts.style.SIZES`.
HEADLINE, SUBTITLE, TEXT = 13.0, 10.0, 9.0
NARROW = 5.0  # inches: of less, panels stand below each other
# Digits of what is laid out: a sum of floats has another last bit from Python 3.12 on.
PLACES = 6


class Canvas:
    """
    A figure with its headline, subtitle and footer, and room for the drawing between them.

    Parameters
    ----------
    across : float
        Width of the figure in inches.
    headline, subtitle : str
        Words above the drawing.
    footer : sequence of str
        Lines below it.
    framed : bool
        Write them; without, only the drawing is there.

    Attributes
    ----------
    width : float
        Inches between the margins.
    figure : matplotlib.figure.Figure
        Made by `open`, as only the drawing knows how high it is.
    """

    figure: Figure

    def __init__(
        self,
        across: float,
        headline: str,
        subtitle: str,
        footer: Sequence[str],
        *,
        framed: bool = True,
    ) -> None:
        self.margin = MARGIN if framed else 0.05
        self.across, self.width = across, across - 2 * self.margin
        words = [(headline, HEADLINE, "bold", INK), (subtitle, SUBTITLE, "normal", SOFT)]
        self.above = words if framed else []
        self.below = " ".join(footer) if framed else ""

    @property
    def narrow(self) -> bool:
        """Whether it is as narrow as a phone."""
        return self.width < NARROW

    def open(self, height: float, *, ticks: bool = True) -> "Canvas":
        """
        Make the figure, with a drawing of some height.

        Parameters
        ----------
        height : float
            Inches, titles of panels included, labels under the lowest axis not.
        ticks : bool
            Whether the lowest axis has labels.

        Returns
        -------
        Canvas
            Itself.
        """
        blocks = [
            (wrap(text, self.width, size, weight), size, weight, ink)
            for text, size, weight, ink in self.above
        ]
        foot = wrap(self.below, self.width, TEXT)
        foot_height = _height(foot, TEXT) + 0.12 if foot else 0.0
        gap = 0.1 if blocks else 0.0
        edge = 0.15 if foot else self.margin
        under = edge + foot_height + (_below() if ticks else 0.0)
        head = self.margin + sum(_height(text, size) for text, size, *_ in blocks) + gap
        total = round(head + height + under, PLACES)
        self.figure = Figure(figsize=(self.across, total))
        FigureCanvasAgg(self.figure)
        top = self.margin
        for text, size, weight, ink in blocks:
            self._text(text, size, 1 - top / total, fontweight=weight, color=ink)
            top += _height(text, size)
        if foot:
            self._text(foot, TEXT, (edge + foot_height - 0.12) / total, color=SOFT)
        self.top = 1 - (top + gap) / total
        return self

    def box(self, x: float, y: float, wide: float, tall: float) -> Axes:
        """Give axes at some inches from the top left of the drawing."""
        whole = self.figure.get_figheight()
        left, bottom = (self.margin + x) / self.across, self.top - (y + tall) / whole
        sides = (left, bottom, wide / self.across, tall / whole)
        x0, y0, width, height = (round(side, PLACES) for side in sides)
        return self.figure.add_axes((x0, y0, width, height))

    def sheet(self, tall: float, *, left: float = 0.0, top: float = 0.0, unit: float = 1.0) -> Axes:
        """Give bare axes that count inches down, and across units that are so much an inch."""
        ax = self.box(left, top, self.width - left, tall)
        ax.set(xlim=(0, unit * (self.width - left)), ylim=(round(tall, PLACES), 0))
        ax.set_axis_off()
        return ax

    def write(self, x: float, y: float, text: str, **look: Any) -> None:
        """Write something at some inches from the top left of the drawing."""
        down = self.top - y / self.figure.get_figheight()
        self.figure.text((self.margin + x) / self.across, down, text, fontsize=TEXT, **look)

    def _text(self, text: str, size: float, y: float, **extra: Any) -> None:
        x, look = self.margin / self.across, {"va": "top", "linespacing": 1.35, **extra}
        self.figure.text(x, y, text, fontsize=size, **look)


def inches(ax: Axes) -> tuple[float, float]:
    """Give the width and the height of axes in inches."""
    box, whole = ax.get_position(), ax.figure
    return box.width * whole.get_figwidth(), box.height * whole.get_figheight()  # type: ignore[union-attr]


def wrap(text: str, width: float, size: float, weight: str = "normal") -> str:
    """
    Break a text into lines that fit, as measured in the font that is drawn.

    Parameters
    ----------
    text : str
        Text; a word is broken only where it would not fit on a line of its own.
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
    words = re.split("[ \n\t]+", text)  # not at spaces that do not break
    for word in [part for whole in words for part in _fitting(whole, width, size, weight)]:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size, weight) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def _fitting(word: str, width: float, size: float, weight: str) -> Iterator[str]:
    """Give a word, in parts where it would not fit on a line of its own."""
    while len(word) > 1 and text_width(word, size, weight) > width:
        starts = [word[:end] for end in range(1, len(word))]
        fits = max(sum(text_width(start, size, weight) <= width for start in starts), 1)
        yield word[:fits]
        word = word[fits:]
    yield word


def text_width(text: str, size: float, weight: str = "normal") -> float:
    """
    Measure a line of text in the font of the style that is in use.

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
    return _text_width(text, size, weight, tuple(matplotlib.rcParams["font.family"]))


@cache
def _text_width(text: str, size: float, weight: str, family: tuple[str, ...]) -> float:
    font = FontProperties(family=list(family), size=size, weight=weight)
    return float(TextToPath().get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def _height(text: str, size: float) -> float:
    return (text.count("\n") + 1) * size * 1.35 / 72 + 0.04


class Unit(NamedTuple):
    """The unit that suits the amounts of a figure: million euro in one of it, and its label."""

    meur: int
    label: str

    def ticks(self, low: float, high: float, say: Words) -> dict[float, str]:
        """Choose few round values of million euro between two others, each with its label."""
        found = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high)
        ticks = [float(tick) for tick in found if low <= tick <= high]
        decimals = [len(f"{tick / self.meur:g}".partition(".")[2]) for tick in ticks]
        return {tick: say.number(tick / self.meur, max(decimals, default=0)) for tick in ticks}


def unit_of(amounts: Any) -> Unit:
    """Choose billions where the largest of some amounts (million euro) is at least one."""
    large = pd.DataFrame(amounts).abs().max(axis=None) >= 1000
    return Unit(1000, "billion-euro") if large else Unit(1, "million-euro")


def room(labels: Iterable[str]) -> float:
    """Give the inches that the labels of an upright axis take."""
    size, pad = _ticks("y")
    return max((text_width(label, size) for label in labels), default=0.0) + pad / 72


def _below() -> float:
    """Give the inches that the labels of the lowest axis take."""
    size, pad = _ticks("x")
    return (1.2 * size + pad) / 72


def _ticks(axis: Literal["x", "y"]) -> tuple[float, float]:
    """Give the size of tick labels, and what lies between them and their axis, in points."""
    settings: Any = matplotlib.rcParams
    size = FontProperties(size=settings[f"{axis}tick.labelsize"]).get_size_in_points()
    pad = settings[f"{axis}tick.major.size"] + settings[f"{axis}tick.major.pad"]
    return float(size), float(pad)
