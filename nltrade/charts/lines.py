"""Lines over the years, in panels side by side: breaks and events marked, names at their ends."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from nltrade.charts.canvas import TEXT, Canvas, Unit, inches, room, text_width, unit_of, wrap
from nltrade.charts.labels import LINE, PAST, STRIP, label_ends, write_values
from nltrade.charts.over_years import crossed, pieces
from nltrade.charts.style import DASHED, GREY, INK, PAGE, PALE, RULE, SOFT
from nltrade.registry.entries import Event
from nltrade.words import Words

# Inches: the label of a year, a name beside a line at most, between panels.
YEAR, NAME, GAP = 0.42, 1.2, 0.2
BELOW = LINE + 0.1  # inches: labels of years between panels
HOLLOW: dict[str, Any] = {
    "marker": "o",
    "markersize": 5,
    "markerfacecolor": PAGE,
    "linestyle": "none",
}


def draw_lines(
    canvas: Canvas,
    parts: dict[str, pd.DataFrame],
    lines: Mapping[str, tuple[str, str]],
    *,
    table: str,
    year: int,
    say: Words,
    events: Iterable[Event] = (),
    percent: bool = False,
    tall: float = 2.2,
) -> None:
    """
    Draw lines in panels of one scale that takes in zero, with the values of a year in one of them.

    Parameters
    ----------
    canvas : Canvas
        Not yet opened.
    parts : dict of str to pandas.DataFrame
        Title and rows of each panel: by table and year, with a column for each line (million euro
        or percent). Tables in one panel stand beside each other, and are never joined.
    lines : mapping of str to (str, str)
        Name and colour of each line, by its column.
    table : str
        The table whose values of the year are written beside their marks.
    year : int
        The year that is marked.
    say : Words
        Language.
    events : iterable of Event
        What happened.
    percent : bool
        The values are percentages.
    tall : float
        Inches from the lowest to the highest value.
    """
    data = pd.concat(parts.values())
    scale = _scale(data[list(lines)], percent, say)
    of_year = data[(data["table"] == table) & (data["period"] == str(year))]
    said = _said(of_year[list(lines)], percent, say)
    names = {column: wrap(name, NAME, TEXT) for column, (name, _) in lines.items()}
    colours = {column: colour for column, (_, colour) in lines.items()}

    # In the panel of that table the year is marked; at the end of a line, its value is beside it.
    counts = {title: table in set(rows["table"]) for title, rows in parts.items()}
    beside = [line for name in names.values() for line in name.split("\n")]
    for title, rows in parts.items():
        if counts[title] and year == int(rows["period"].max()):
            beside += said.values()

    happened = _shared(events, parts)
    above = max(map(len, happened.values()))
    axes = _panels(canvas, parts, scale, beside, tall - 0.4 * canvas.narrow, above)
    for ax, (title, rows) in zip(axes, parts.items(), strict=True):
        mark_breaks(ax, rows, scale.high, say)
        mark_at(ax, _handovers(rows, list(lines)), scale.high, say.label("other-table"))
        _mark_events(ax, happened[title], say)
        for column, colour in colours.items():
            for _, own in rows.groupby("table", sort=False):
                _draw_line(ax, own, column, colour)
        if counts[title]:
            # of a year in two tables, the one that counts is marked
            once = rows[(rows["period"] != str(year)) | (rows["table"] == table)]
            _finish(ax, once, names, colours, year, said)
        else:
            _finish(ax, rows, names, colours, None, {})


class Scale(NamedTuple):
    """The lowest and the highest value that have room, and what is written at the upright axis."""

    low: float
    high: float
    ticks: dict[float, str]


def _scale(values: pd.DataFrame, percent: bool, say: Words) -> Scale:
    """Choose a scale that takes in zero and all values."""
    low, high = min(values.min(axis=None), 0.0), 1.16 * max(values.max(axis=None), 0.0)
    if percent:
        shares = Unit(1, "").ticks(low, min(high, 100), say)
        ticks = {share: say.pct(share) for share in shares}
    else:
        ticks = unit_of(values).ticks(low, high, say)
    return Scale(min(low, *ticks), high, ticks)


def _said(of_year: pd.DataFrame, percent: bool, say: Words) -> dict[str, str]:
    """Write the values of the year that is marked."""
    if of_year.empty:
        return {}
    return {
        str(column): say.pct(value) if percent else say.text("marked", value=value)
        for column, value in of_year.iloc[0].dropna().items()
    }


def _shared(events: Iterable[Event], parts: dict[str, pd.DataFrame]) -> dict[str, list[Event]]:
    """Share events out over the panels: each in the last one that has its whole year."""
    found: dict[str, list[Event]] = {}
    left = sorted(events, key=lambda event: event.year)
    for title, rows in reversed(parts.items()):
        years = rows.loc[rows["complete"], "period"].astype(int)
        found[title] = [each for each in left if years.min() <= each.year <= years.max()]
        left = [each for each in left if each not in found[title]]
    return found


def _handovers(rows: pd.DataFrame, columns: list[str]) -> list[float]:
    """Say where in the years of a panel one table gives way to the next."""
    spans = [
        own["period"].astype(int).agg(["min", "max"])
        for _, own in rows.dropna(subset=columns, how="all").groupby("table", sort=False)
    ]
    return [(before["max"] + after["min"]) / 2 for before, after in pairwise(spans)]


def _panels(
    canvas: Canvas,
    parts: Mapping[str, pd.DataFrame],
    scale: Scale,
    beside: list[str],
    tall: float,
    above: int,
) -> list[Axes]:
    """
    Open a canvas with axes of years: side by side, a year as wide in each; on a phone in a column.

    Beside each axis is room for the names of lines, above it for so many lines of text.
    """
    left = room(scale.ticks.values())
    names = max(text_width(words, TEXT) for words in beside) + PAST + 0.1
    columns = 1 if canvas.narrow else len(parts)
    width = canvas.width - left - GAP * (columns - 1)

    spans = [rows["period"].astype(int).agg(["min", "max"]) for rows in parts.values()]
    years = [float(span["max"] - span["min"]) + 1.4 for span in spans]
    all_years = sum(years) if columns > 1 else max(years)
    year = (width - names * columns) / all_years  # inches
    wide = [each * year + names if columns > 1 else width for each in years]

    titles = [wrap(title, across, TEXT, "bold") for title, across in zip(parts, wide, strict=True)]
    lines = max(title.count("\n") + 1 if title else 0 for title in titles)
    head = LINE * (lines + above) + 0.08
    each = head + tall + STRIP
    count = len(parts) // columns
    canvas.open(count * each + (count - 1) * BELOW)

    axes, x, y = [], left, head
    for title, across, span in zip(titles, wide, spans, strict=True):
        ax = canvas.box(x, y, across, tall + STRIP)
        ax.set_xlim(span["min"] - 0.7, span["min"] - 0.7 + across / year)
        set_upright(ax, scale, tall)
        ax.tick_params(labelleft=x == left)
        at = 1 + (LINE * above + 0.06) / inches(ax)[1]
        look: dict[str, Any] = {"fontsize": TEXT, "weight": "bold", "linespacing": 1.15}
        ax.text(0, at, title, transform=ax.transAxes, va="bottom", **look)
        axes.append(ax)
        x, y = (x + across + GAP, y) if columns > 1 else (x, y + each + BELOW)
    return axes


def set_upright(ax: Axes, scale: Scale, tall: float) -> None:
    """Set the heights, with a strip below the lowest value for the words at breaks."""
    an_inch = (scale.high - scale.low or 1.0) / tall
    ax.set_ylim(scale.low - STRIP * an_inch, scale.high or 1.0)
    ax.set_yticks(list(scale.ticks), list(scale.ticks.values()))


def _draw_line(ax: Axes, rows: pd.DataFrame, column: str, colour: str) -> None:
    """Draw whole years of one table, in pieces between breaks; part-years are hollow marks."""
    whole, part = rows[rows["complete"]], rows[~rows["complete"]]
    for values in pieces(whole, column):
        ax.plot(values.index, values, color=colour, marker="o", markersize=2.5)
    if len(part):
        ax.plot(part["period"].astype(int), part[column], color=colour, **HOLLOW)


def mark_breaks(ax: Axes, rows: pd.DataFrame, high: float, say: Words) -> None:
    """Mark each change of method between the two years it separates."""
    mark_at(ax, [int(gap.after) - 0.5 for gap in crossed(rows)], high, say.label("break"))


def mark_at(ax: Axes, places: Iterable[float], high: float, words: str) -> None:
    """Draw dashed lines up to a height, and say under them what they are."""
    start, end = ax.get_xlim()
    per_inch = (end - start) / inches(ax)[0]
    half = text_width(words, TEXT) / 2 * per_inch
    free = start
    low, top = ax.get_ylim()
    floor = low + (top - low) * STRIP / inches(ax)[1]  # under it are the words
    look: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": TEXT, "color": SOFT}
    for at in places:
        ax.vlines(at, floor, high, **DASHED)
        centre = max(at, start + half)
        if centre - half < free:
            continue  # the words stand at the line before it, which looks the same
        ax.text(centre, 0.02, words, transform=ax.get_xaxis_transform(), **look)
        free = centre + half + 0.08 * per_inch


def _mark_events(ax: Axes, events: Sequence[Event], say: Words) -> None:
    """Mark events above the lines, a row each, so that no label crosses another."""
    start, end = ax.get_xlim()
    wide, tall = inches(ax)
    line: dict[str, Any] = {"color": RULE, "linewidth": 0.8, "zorder": 0, "clip_on": False}
    ground = {"facecolor": PAGE, "edgecolor": "none", "pad": 0.3}
    look: dict[str, Any] = {"va": "top", "fontsize": TEXT, "color": SOFT, "linespacing": 1.0}
    for row, event in enumerate(events):
        top = 1 + LINE * (len(events) - row) / tall
        ax.axvline(event.year, ymin=STRIP / tall, ymax=top, **line)
        words = f"{event.year} {event.text(say.lang)}"
        x = min(event.year + 0.25, end - text_width(words, TEXT) * (end - start) / wide)
        ax.text(x, top, words, transform=ax.get_xaxis_transform(), bbox=ground, **look)


def _finish(
    ax: Axes,
    rows: pd.DataFrame,
    names: Mapping[str, str],
    colours: Mapping[str, str],
    year: int | None,
    said: Mapping[str, str],
) -> None:
    """Name lines at their ends, write years, draw zero, and mark the year that was asked for."""
    rows = rows.sort_values("period", kind="stable")
    years = rows["period"].astype(int)
    at_end = year == years.max()
    ends = {}
    for column, name in names.items():
        known = rows[column].dropna()
        if len(known):
            words = f"{name}\n{said[column]}" if at_end and column in said else name
            ends[words] = known.iloc[-1], colours[column]
    start, end = ax.get_xlim()
    label_ends(ax, years.max() + PAST * (end - start) / inches(ax)[0], ends)
    mark_years(ax, years, year)
    ax.axhline(0, color=GREY, linewidth=0.8)
    if year is not None and year in set(years) and not at_end:
        write_values(ax, rows, year, said, colours)


def mark_years(ax: Axes, years: Iterable[int], asked: int | None) -> None:
    """Write round years under the axis, as many as have room; mark the year that was asked for."""
    start, end = ax.get_xlim()
    wide = inches(ax)[0] / (end - start)
    every = next((step for step in (5, 10) if step * wide >= YEAR), 20)
    there = set(years)
    ticks = [year for year in there if year % every == 0]
    if asked is not None and asked in there:
        # no other year stands so near that its label would touch
        ticks = [year for year in ticks if abs(year - asked) >= YEAR / wide]
        ticks.append(asked)
        ax.axvspan(asked - 0.5, asked + 0.5, color=PALE, alpha=0.45, linewidth=0, zorder=0)
    ticks.sort()
    ax.set_xticks(ticks, list(map(str, ticks)))
    if asked in ticks:
        ax.get_xticklabels()[ticks.index(asked)].set(fontweight="bold", color=INK)
