"""What figures over the years share: years, lines in pieces, breaks, the year asked for, labels."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from nltrade import registry
from nltrade.charts.canvas import (
    TEXT,
    Canvas,
    Unit,
    inches,
    room,
    spread,
    text_width,
    unit_of,
    wrap,
)
from nltrade.charts.provenance import part_of_year
from nltrade.charts.series import Series
from nltrade.charts.style import GREY, INK, PAGE, PALE, RULE, SOFT, readable
from nltrade.questions.trade import SMALL
from nltrade.registry.entries import Break, Event, Lang, Table
from nltrade.words import Words

T = TypeVar("T")
YEAR = 0.42  # inches that the label of a year takes
LINE = 0.16  # inches of a line of text
STRIP = 0.24  # inches under the lowest value, for the words at breaks
NAME = 1.2  # inches that a name beside a line may take
PAST = 0.12  # inches between the last mark and the names of lines
HOLLOW: dict[str, Any] = {
    "marker": "o",
    "markersize": 5,
    "markerfacecolor": PAGE,
    "linestyle": "none",
}


def published_years(data: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """
    Keep the first table of each concept that publishes anything, in its published years.

    Of tables that count alike, such as one that was fetched for its detail, the first of the
    registry is drawn. A year that is not published between two others stays, and is a gap.

    Parameters
    ----------
    data : pandas.DataFrame
        A row for each table and year, with `table`, `concept`, `period` and `columns`.
    columns : sequence of str
        Columns of which one is enough to call the year published.

    Returns
    -------
    pandas.DataFrame
        In the order of the registry and of the years.
    """
    order = {id: at for at, id in enumerate(registry.tables())}
    data = data.sort_values(
        ["table", "period"], key=lambda s: s.map(order) if s.name == "table" else s
    )
    published = data[list(columns)].notna().any(axis=1)
    kept = data["table"].isin(data[published].drop_duplicates("concept")["table"])
    data, published = data[kept], published[kept]

    begun = published.groupby(data["table"]).cummax()
    not_over = published[::-1].groupby(data["table"]).cummax()
    return data[begun & not_over].reset_index(drop=True)


def year_series(
    data: pd.DataFrame,
    names: Mapping[str, str],
    say: Words,
    unit: Literal["bn", "meur", "pct"] = "bn",
    told: str = "",
) -> list[Series]:
    """Give columns over the years, one series a table, each part-year named as one."""
    found = []
    for table, rows in data.groupby("table", sort=False):
        points = [
            year if complete else f"{year} ({part_of_year(rows, str(table), year, say.lang)})"
            for year, complete in zip(rows["period"], rows["complete"], strict=True)
        ]
        part_years = frozenset(set(points) - set(rows["period"]))
        for column, name in names.items():
            numbers = [None if pd.isna(value) else float(value) for value in rows[column]]
            values = dict(zip(points, numbers, strict=True))
            is_told = told in ("", column)
            series = Series(f"{name}, {table}", values, unit, is_told, not_extremes=part_years)
            found.append(series)
    return found


def pieces(rows: pd.DataFrame, column: str, breaks: Sequence[Break]) -> list[pd.Series]:
    """Cut a column over the years of one table where its method changed, with gaps for years."""
    cut: dict[int, dict[int, float]] = {}
    for period, value in zip(rows["period"], rows[column], strict=True):
        piece = sum(period >= gap.after for gap in breaks)
        cut.setdefault(piece, {})[int(period)] = value
    return [
        pd.Series({year: each.get(year) for year in range(min(each), max(each) + 1)}, dtype=float)
        for each in cut.values()
    ]


def change(rows: pd.DataFrame, column: str, year: str) -> float | None:
    """Give the growth of one table's column on the year before, in percent, where it is told."""
    both = rows[rows["period"].isin([str(int(year[:4]) - 1), year])]
    is_new = any(gap.after == year for gap in registry.table(str(rows["table"].iloc[0])).breaks)
    # a rate of small amounts is one of rounding, and none goes over a change of method
    if is_new or len(both) < 2 or not both["complete"].all() or not (both[column] >= SMALL).all():
        return None
    before, now = both.sort_values("period")[column]
    return float(100 * (now / before - 1))


def draw_line(
    ax: Axes, rows: pd.DataFrame, column: str, colour: Any, breaks: Sequence[Break], **look: Any
) -> None:
    """Draw a column over whole years, in pieces between breaks; part-years are hollow marks."""
    whole, part = rows[rows["complete"]], rows[~rows["complete"]]
    for values in pieces(whole, column, breaks):
        ax.plot(values.index, values, color=colour, marker="o", **{"markersize": 2.5, **look})
    if len(part):
        ax.plot(part["period"].astype(int), part[column], color=colour, **HOLLOW)


def crossed(table: Table, rows: pd.DataFrame) -> list[Break]:
    """List the changes of method between two years that are drawn."""
    years = set(rows["period"])
    return [gap for gap in table.breaks if {gap.before, gap.after} <= years]


def notes(data: pd.DataFrame, say: Words) -> list[str]:
    """Say where lines stop and why, and which years are not whole."""
    found = {
        f"{gap.before}/{gap.after}": None
        for id, rows in data.groupby("table", sort=False)
        for gap in crossed(registry.table(str(id)), rows)
    }
    said = [say.text("breaks", breaks=say.several(list(found)))] if found else []
    years = data.loc[~data["complete"], "period"]
    return [*said, *([say.text("part-years", years=year_ranges(years, say.lang))] * any(years))]


def year_ranges(years: Iterable[str], lang: Lang) -> str:
    """
    List years, three or more in a row as a range.

    Examples
    --------
    >>> year_ranges(["2012", "2015", "2016", "2017"], "en")
    '2012 and 2015–2017'
    """
    runs: list[list[int]] = []
    for year in sorted({int(year) for year in years}):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])

    written = []
    for run in runs:
        written += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(year) for year in run]
    return Words(lang).several(written)


def span(data: pd.DataFrame) -> str:
    """Write the first and the last year."""
    first, last = data["period"].min(), data["period"].max()
    return first if first == last else f"{first}–{last}"


def panels(
    canvas: Canvas,
    parts: Mapping[str, pd.DataFrame],
    *,
    names: Iterable[str],
    ticks: Mapping[float, str],
    high: float,
    tall: float,
    low: float = 0.0,
    above: int = 0,
) -> list[Axes]:
    """
    Open a canvas with axes of years: side by side, a year as wide in each; on a phone in a column.

    Parameters
    ----------
    canvas : Canvas
        Not yet opened.
    parts : mapping of str to pandas.DataFrame
        Title and rows of each panel.
    names : iterable of str
        What is written beside the ends of lines.
    ticks : mapping of float to str
        Of the upright axis.
    high : float
        The highest value; the lowest is zero, or the lowest tick.
    tall : float
        Inches from the lowest to the highest value.
    low : float
        The lowest value that is drawn, where it is below zero.
    above : int
        How many lines of text each panel needs above its highest value.
    """
    left = room(ticks.values())
    beside = max((text_width(name, TEXT) for name in names), default=0.0) + PAST + 0.1
    columns = 1 if canvas.narrow else len(parts)
    gap = 0.2
    width = canvas.width - left - gap * (columns - 1)

    spans = [rows["period"].astype(int).agg(["min", "max"]) for rows in parts.values()]
    years = [float(span["max"] - span["min"]) + 1.4 for span in spans]
    all_years = sum(years) if columns > 1 else max(years)
    year = (width - beside * columns) / all_years  # inches
    wide = [each * year + beside if columns > 1 else width for each in years]
    titles = [wrap(title, across, TEXT, "bold") for title, across in zip(parts, wide, strict=True)]
    lines = max(title.count("\n") + 1 if title else 0 for title in titles)
    head = LINE * (lines + above) + 0.08
    below = LINE + 0.1  # labels of years between panels
    each = head + tall + STRIP
    count = len(parts) // columns
    canvas.open(count * each + (count - 1) * below)

    axes, x, y = [], left, head
    for across, span in zip(wide, spans, strict=True):
        ax = canvas.box(x, y, across, tall + STRIP)
        ax.set_xlim(span["min"] - 0.7, span["min"] - 0.7 + across / year)
        axes.append(ax)
        x, y = (x + across + gap, y) if columns > 1 else (x, y + each + below)

    lowest = min(0.0, low, *ticks)
    scale = (high - lowest or 1.0) / tall
    for at, (ax, title) in enumerate(zip(axes, titles, strict=True)):
        ax.set_ylim(lowest - STRIP * scale, high or 1.0)
        ax.set_yticks(list(ticks), list(ticks.values()))
        ax.tick_params(labelleft=at % columns == 0)
        ax.text(
            0,
            1 + (LINE * above + 0.06) / inches(ax)[1],
            title,
            transform=ax.transAxes,
            fontsize=TEXT,
            weight="bold",
            linespacing=1.15,
            va="bottom",
        )
    return axes


def draw_lines(
    canvas: Canvas,
    data: pd.DataFrame,
    lines: Mapping[str, tuple[str, str]],
    *,
    table: str,
    year: int,
    say: Words,
    events: Sequence[Event] = (),
    percent: bool = False,
) -> None:
    """
    Draw lines from zero, a panel for each table, with the values of a year in one of them.

    Parameters
    ----------
    canvas : Canvas
        Not yet opened.
    data : pandas.DataFrame
        A row for each table and year, a column for each line (million euro or percent).
    lines : mapping of str to (str, str)
        Name and colour of each line, by its column.
    table : str
        The table whose values of the year are written beside their marks.
    year : int
        The year that is marked.
    say : Words
        Language.
    events : sequence of Event
        What happened.
    percent : bool
        The values are percentages.
    """
    columns = list(lines)
    high = 1.16 * max(data[columns].max().max(), 0)
    ticks = unit_of(data[columns]).ticks(0, high, say)
    if percent:
        ticks = {share: say.pct(share) for share in Unit(1, "").ticks(0, min(high, 100), say)}
    lines = {column: (wrap(name, NAME, TEXT), colour) for column, (name, colour) in lines.items()}
    parts = {str(id): rows for id, rows in data.groupby("table", sort=False)}
    happened = _shared(events, parts)

    counted = parts.get(table, data[:0])
    of_year = counted[counted["period"] == str(year)][columns]
    known = of_year.iloc[0].dropna() if len(of_year) else {}
    said = {
        str(column): say.pct(value) if percent else say.text("marked", value=value)
        for column, value in known.items()
    }
    words = [line for name, _ in lines.values() for line in name.split("\n")]
    axes = panels(
        canvas,
        {_title(id, say): rows for id, rows in parts.items()},
        names=[*words, *names_at(counted, year, said)],
        ticks=ticks,
        high=high,
        tall=1.8 if canvas.narrow else 2.2,
        above=max(len(of_panel) for of_panel in happened.values()),
    )
    for ax, (id, rows) in zip(axes, parts.items(), strict=True):
        about = registry.table(id)
        mark_breaks(ax, crossed(about, rows), high, say.label("break"))
        mark_events(ax, happened[id], say)
        for column, (_, colour) in lines.items():
            draw_line(ax, rows, column, colour, about.breaks)
        if id == table:
            finish(ax, rows, lines, year, said)
        else:
            finish(ax, rows, lines)


def _title(table: str, say: Words) -> str:
    concept = registry.table(table).concept
    of_goods = f"{concept}-panel"
    return say.start(of_goods if of_goods in registry.texts() else concept)


def _shared(events: Iterable[Event], parts: dict[str, pd.DataFrame]) -> dict[str, list[Event]]:
    """Share events out over the panels: each in the last one that has its whole year."""
    found: dict[str, list[Event]] = {}
    left = sorted(events, key=lambda event: event.year)
    for id, rows in reversed(parts.items()):
        years = rows.loc[rows["complete"], "period"].astype(int)
        found[id] = [each for each in left if years.min() <= each.year <= years.max()]
        left = [each for each in left if each not in found[id]]
    return found


def mark_breaks(ax: Axes, breaks: Iterable[Break], high: float, words: str) -> None:
    """Mark each change of method between the two years it separates."""
    mark_at(ax, [int(gap.after) - 0.5 for gap in breaks], high, words)


def mark_at(ax: Axes, places: Iterable[float], high: float, words: str) -> None:
    """Draw dashed lines up to a height, and say under them what they are."""
    start, end = ax.get_xlim()
    per_inch = (end - start) / inches(ax)[0]
    half = text_width(words, TEXT) / 2 * per_inch
    free = start
    low, top = ax.get_ylim()
    floor = low + (top - low) * STRIP / inches(ax)[1]  # under it are the words
    for at in places:
        ax.vlines(at, floor, high, color=RULE, linewidth=0.8, linestyle=(0, (2, 2)))
        centre = max(at, start + half)
        if centre - half < free:
            continue  # the words stand at the line before it, which looks the same
        ax.text(
            centre,
            0.02,
            words,
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=TEXT,
            color=SOFT,
        )
        free = centre + half + 0.08 * per_inch


def mark_events(ax: Axes, events: Sequence[Event], say: Words) -> None:
    """Mark events above the lines, a row each, so that no label crosses another."""
    start, end = ax.get_xlim()
    wide, tall = inches(ax)
    for row, event in enumerate(events):
        top = 1 + LINE * (len(events) - row) / tall
        line: dict[str, Any] = {"color": RULE, "linewidth": 0.8, "zorder": 0, "clip_on": False}
        ax.axvline(event.year, ymin=STRIP / tall, ymax=top, **line)
        words = f"{event.year} {event.text(say.lang)}"
        needed = text_width(words, TEXT) * (end - start) / wide
        ax.text(
            min(event.year + 0.25, end - needed),
            top,
            words,
            transform=ax.get_xaxis_transform(),
            va="top",
            fontsize=TEXT,
            color=SOFT,
            linespacing=1.0,
            bbox={"facecolor": PAGE, "edgecolor": "none", "pad": 0.3},
        )


def finish(
    ax: Axes,
    rows: pd.DataFrame,
    lines: Mapping[str, tuple[str, Any]],
    year: int | None = None,
    said: Mapping[str, str] | None = None,
) -> None:
    """
    Name lines at their ends, write years, draw zero, and mark the year that was asked for.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes of which the limits are set.
    rows : pandas.DataFrame
        Rows of the panel by year, with a column for each line.
    lines : mapping of str to tuple
        Name and colour of each line, by its column.
    year : int, optional
        The year to mark; none in a panel that does not count.
    said : mapping of str to str, optional
        What is written at each line in that year; at the end of a line, below its name.
    """
    said = said or {}
    years = rows["period"].astype(int)
    at_end = year == years.max()
    ends = {}
    for column, (name, colour) in lines.items():
        known = rows[column].dropna()
        if len(known):
            words = f"{name}\n{said[column]}" if at_end and column in said else name
            ends[words] = known.iloc[-1], colour
    start, end = ax.get_xlim()
    label_ends(ax, years.max() + PAST * (end - start) / inches(ax)[0], ends)
    mark_years(ax, years.unique(), year)
    ax.axhline(0, color=GREY, linewidth=0.8)
    if year is not None and year in set(years) and not at_end:
        _write_values(ax, rows, year, {name: (said[name], lines[name][1]) for name in said})


def _write_values(
    ax: Axes, rows: pd.DataFrame, year: int, values: Mapping[str, tuple[str, Any]]
) -> None:
    """Write values at the lines of a year, over the highest and under the others."""
    of_year = rows[rows["period"] == str(year)]
    (start, end), (low, high) = ax.get_xlim(), ax.get_ylim()
    years, meur = (end - start) / inches(ax)[0], (high - low) / inches(ax)[1]  # an inch

    known = {name: of_year[name].iloc[0] for name in values if pd.notna(of_year[name].iloc[0])}
    halves = {name: text_width(values[name][0], TEXT, "bold") / 2 * years for name in known}
    near = rows["period"].astype(int).sub(year).abs()
    wanted = {}
    for name, value in known.items():
        # over or under what the line does as far as the words reach, so that they do not hide it
        around = rows.loc[near <= halves[name] + 0.3, name]
        highest = value == max(known.values())
        wanted[name] = around.max() + 0.14 * meur if highest else around.min() - 0.14 * meur
    spots = _kept(spread(wanted, LINE * meur), low + 0.3 * meur, high + 0.1 * meur, LINE * meur)
    last = rows["period"].astype(int).max() + (PAST - 0.03) * years  # there the names begin
    for name, spot in spots.items():
        words, colour = values[name]
        ax.text(
            max(min(year, last - halves[name]), start + halves[name]),
            spot,
            words,
            ha="center",
            va="center",
            fontsize=TEXT,
            weight="bold",
            color=readable(colour),
            bbox={"facecolor": PAGE, "edgecolor": "none", "pad": 0.4},
            zorder=4,
        )


def names_at(rows: pd.DataFrame, year: int, said: Mapping[str, str]) -> list[str]:
    """List what is written beside lines of which the year asked for is the last."""
    return list(said.values()) if year == rows["period"].astype(int).max() else []


def mark_years(ax: Axes, years: Iterable[int], asked: int | None = None) -> None:
    """Write round years under the axis, as many as have room; mark the year that was asked for."""
    start, end = ax.get_xlim()
    wide = inches(ax)[0] / (end - start)
    every = next((step for step in (5, 10) if step * wide >= YEAR), 20)
    years = list(years)
    near = YEAR / wide if asked in years else 0
    ticks = [y for y in years if y % every == 0 and (y == asked or abs(y - (asked or 0)) >= near)]
    if asked in years and asked not in ticks:
        ticks.append(asked)
    ax.xaxis.set_major_locator(FixedLocator(sorted(ticks)))
    if asked is not None and asked in years:
        ax.axvspan(asked - 0.5, asked + 0.5, color=PALE, alpha=0.45, linewidth=0, zorder=0)
        ax.set_xticks(sorted(ticks), [str(year) for year in sorted(ticks)])
        label = ax.get_xticklabels()[sorted(ticks).index(asked)]
        label.set(fontweight="bold", color=INK)


def label_ends(
    ax: Axes, x: float, labels: Mapping[str, tuple[float, Any]], size: float = TEXT
) -> dict[str, float]:
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
    size : float
        Font size in points.

    Returns
    -------
    dict of str to float
        Height of each label.
    """
    low, high = ax.get_ylim()
    scale = (high - low) / inches(ax)[1]
    apart = size * 1.3 / 72 * scale
    # each line of a name is moved for itself; the tiny steps keep those of one name together
    wanted = {
        (text, line): value - scale * 1e-6 * line
        for text, (value, _) in labels.items()
        for line in range(text.count("\n") + 1)
    }
    # above the strip of the words at breaks, and beside the line of zero, not on it
    lines = _kept(spread(wanted, apart), low + (STRIP + 0.09) * scale, high, apart)
    spots = {}
    for text, (_, colour) in labels.items():
        own = [spot for (name, _), spot in lines.items() if name == text]
        spots[text] = sum(own) / len(own)
        look: dict[str, Any] = {"va": "center", "fontsize": size, "linespacing": 1.15, "zorder": 3}
        ax.text(x, spots[text], text, color=readable(colour), **look)
    return spots


def _kept(spots: Mapping[T, float], low: float, high: float, apart: float) -> dict[T, float]:
    """Push labels into a range: from the lowest up, then from the highest down."""
    found: dict[T, float] = {}
    floor, ceiling = low, high - apart / 2
    for name, spot in spots.items():
        found[name] = max(spot, floor)
        floor = found[name] + apart
    for name, spot in reversed(found.items()):
        found[name] = min(spot, ceiling)
        ceiling = found[name] - apart
    return found
