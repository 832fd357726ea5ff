"""Words beside and at lines: moved apart as needed, so that none covers another."""

from collections.abc import Mapping
from math import inf
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from nltrade.charts.canvas import TEXT, inches, text_width
from nltrade.charts.style import PAGE, readable

T = TypeVar("T")
LINE = 0.16  # inches of a line of text
STRIP = 0.24  # inches under the lowest value, for the words at breaks
PAST = 0.12  # inches between the last mark and the names of lines
# Inches from the middle of a value to the line that it is of, and to another at least; where the
# first is taken, places so far apart are tried, up to so far from its mark.
APART, CLEAR, STEP, FAR = 0.14, 0.09, 0.02, 0.35


def spread(
    positions: Mapping[T, float], apart: float, low: float = -inf, high: float = inf
) -> dict[T, float]:
    """
    Move labels apart, as little as needed and in their order, so that none covers another.

    Parameters
    ----------
    positions : mapping of name to float
        Where each label would stand.
    apart : float
        Least distance between two labels.
    low, high : float
        Between which they stand: pushed up from the lowest, then down from the highest.

    Returns
    -------
    dict of name to float

    Examples
    --------
    >>> spread({"a": 0.0, "b": 0.2, "c": 5.0}, 1.0)
    {'a': -0.4, 'b': 0.6, 'c': 5.0}
    >>> spread({"a": 0.0, "b": 0.2, "c": 5.0}, 1.0, low=0.0)
    {'a': 0.0, 'b': 1.0, 'c': 5.0}
    """
    groups: list[tuple[list[T], float]] = []  # labels that touch, and their centre
    for name, at in sorted(positions.items(), key=lambda item: item[1]):
        names, centre = [name], float(at)
        while groups and centre - groups[-1][1] < apart * (len(names) + len(groups[-1][0])) / 2:
            before, other = groups.pop()
            centre = (centre * len(names) + other * len(before)) / (len(names) + len(before))
            names = before + names
        groups.append((names, centre))

    found: dict[T, float] = {}
    floor, ceiling = low, high - apart / 2
    for names, centre in groups:
        for at, name in enumerate(names):
            spot = round(centre + apart * (at - (len(names) - 1) / 2), 9)
            found[name] = max(spot, floor)
            floor = found[name] + apart
    for name, spot in reversed(found.items()):
        found[name] = min(spot, ceiling)
        ceiling = found[name] - apart
    return found


def label_ends(ax: Axes, x: float, labels: Mapping[str, tuple[float, Any]]) -> None:
    """
    Name lines beside their ends, moved apart as needed and kept beside the axis.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes of which the limits are set.
    x : float
        Where the labels begin.
    labels : mapping of str to tuple
        Text of each, with the height it belongs to and its colour.
    """
    low, high = ax.get_ylim()
    scale = (high - low) / inches(ax)[1]
    # each line of a name is moved for itself; the tiny steps keep those of one name together
    wanted = {
        (text, line): value - scale * 1e-6 * line
        for text, (value, _) in labels.items()
        for line in range(text.count("\n") + 1)
    }
    # above the strip of the words at breaks, and beside the line of zero, not on it
    lines = spread(wanted, TEXT * 1.3 / 72 * scale, low + (STRIP + 0.09) * scale, high)
    for text, (_, colour) in labels.items():
        own = [spot for (name, _), spot in lines.items() if name == text]
        look: dict[str, Any] = {"va": "center", "fontsize": TEXT, "linespacing": 1.15, "zorder": 3}
        ax.text(x, sum(own) / len(own), text, color=readable(colour), **look)


def write_values(
    ax: Axes, rows: pd.DataFrame, year: int, said: Mapping[str, str], colours: Mapping[str, Any]
) -> None:
    """Write values at the lines of a year, over the highest and under the others, and on none."""
    years = rows["period"].astype(int)
    (start, end), (low, high) = ax.get_xlim(), ax.get_ylim()
    wide, tall = inches(ax)
    x_inch, y_inch = (end - start) / wide, (high - low) / tall
    last = years.max() + (PAST - 0.03) * x_inch  # there the names begin
    known = {column: rows.loc[years == year, column].iloc[0] for column in said}

    placed: dict[str, tuple[float, float]] = {}
    for column, value in sorted(known.items(), key=lambda item: -item[1]):
        half = text_width(said[column], TEXT, "bold") / 2 * x_inch
        x = max(min(year, last - half), start + half)
        # over or under what the line does as far as the words reach, so that they do not hide it
        around = rows.loc[(years - x).abs() <= half + 0.3, column]
        is_highest = value == max(known.values())
        wanted = around.max() + APART * y_inch if is_highest else around.min() - APART * y_inch

        # there, or as near to it as other lines and words leave room; further off it misleads
        floor, ceiling = low + 0.3 * y_inch, high
        spots = np.arange(floor, ceiling, STEP * y_inch)
        spots = np.append(spots, np.clip(wanted, floor, ceiling))
        beside = half + 0.03 * x_inch
        is_free = _apart(spots, _drawn(ax, x - beside, x + beside)) > CLEAR * y_inch
        for _, other in placed.values():
            is_free &= np.abs(spots - other) > LINE * y_inch
        free = spots[is_free & (np.abs(spots - value) < FAR * y_inch)]
        if len(free):
            placed[column] = x, round(free[np.abs(free - wanted).argmin()], 9)

    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": TEXT, "weight": "bold"}
    ground = {"facecolor": PAGE, "edgecolor": "none", "pad": 0.4}
    for column, (x, spot) in sorted(placed.items(), key=lambda item: item[1][1]):
        colour = readable(colours[column])
        ax.text(x, spot, said[column], color=colour, bbox=ground, zorder=4, **look)


def _drawn(ax: Axes, left: float, right: float) -> NDArray[np.float64]:
    """Give the stretches of height, from and to, that lines of values take between two places."""
    found = []
    for line in ax.lines:
        if line.get_transform() != ax.transData:
            continue  # from edge to edge
        x, y = np.asarray(line.get_xydata(), dtype=float).T
        places = np.unique([left, right, *x[(x > left) & (x < right)]])
        heights = np.interp(places, x, y, left=np.nan, right=np.nan)
        ends = heights[:-1], heights[1:]
        found.append(np.stack([np.fmin(*ends), np.fmax(*ends)], axis=1))
    stretches: NDArray[np.float64] = np.concatenate(found)
    return stretches.compress(~np.isnan(stretches).any(axis=1), axis=0)


def _apart(spots: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Measure how far heights are from the nearest of some stretches."""
    low, high = others.T
    over, under = spots[:, None] - high, low - spots[:, None]
    apart: NDArray[np.float64] = np.maximum(over, under).min(axis=1, initial=np.inf)
    return apart
