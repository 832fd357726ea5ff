"""What figures over the years share: which years are drawn, lines in pieces, changes of method, labels at the ends."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from nltrade import registry
from nltrade.charts import canvas
from nltrade.charts.chart import Series
from nltrade.charts.provenance import part_of_year
from nltrade.charts.style import INK, PAGE, RULE, SOFT, readable
from nltrade.registry.entries import Break, Lang, Table
from nltrade.words import Words

YEAR = 0.42  # inches that the label of a year takes
TITLE = 9.0  # size of the title of a panel
HOLLOW: dict[str, Any] = {
    "marker": "o",
    "markersize": 5,
    "markerfacecolor": PAGE,
    "linestyle": "none",
}


def published_years(data: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """
    Keep the first table of each concept that publishes anything, from its first to its last published year.

    Of tables that count alike, such as one that was fetched for its detail, the first of the registry is drawn. A
    year that is not published between two others stays, and is a gap in the line.

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
    begun, not_over = (
        published[step].groupby(data["table"]).cummax()
        for step in (slice(None), slice(None, None, -1))
    )
    return data[begun & not_over].reset_index(drop=True)


def year_series(
    name: str,
    rows: pd.DataFrame,
    column: str,
    lang: Lang,
    how: Literal["bn", "meur", "pct"] = "bn",
    *,
    main: bool = True,
) -> Series:
    """Give a column over the years of one table, each part-year named as one and set aside from the extremes."""
    values: dict[str, float | str | None] = {}
    aside = set()
    for row in rows.to_dict("records"):
        year = row["period"]
        if not row["complete"]:
            year = f"{year} ({part_of_year(rows, row['table'], year, lang)})"
            aside.add(year)
        values[year] = None if pd.isna(row[column]) else float(row[column])
    return Series(name, values, how, main=main, aside=frozenset(aside))


def pieces(rows: pd.DataFrame, column: str, breaks: Sequence[Break]) -> list[pd.Series]:
    """Cut a column over the years of one table where its method changed; a year without a row is a gap in its piece."""
    years = rows["period"].astype(int)
    piece = sum((rows["period"] >= gap.after).astype(int) for gap in breaks) + 0 * years
    cut = [values for _, values in rows.set_index(years)[column].groupby(piece.to_numpy())]
    return [values.reindex(range(values.index.min(), values.index.max() + 1)) for values in cut]


def draw_line(
    ax: Axes, rows: pd.DataFrame, column: str, colour: Any, breaks: Sequence[Break], **look: Any
) -> None:
    """Draw a column over whole years, in pieces between breaks; part-years are hollow marks beside the line."""
    whole, part = rows[rows["complete"]], rows[~rows["complete"]]
    for values in pieces(whole, column, breaks):
        ax.plot(values.index, values, color=colour, marker="o", **{"markersize": 2.5, **look})
    if len(part):
        ax.plot(part["period"].astype(int), part[column], color=colour, **HOLLOW)


def numbered_breaks(tables: Iterable[Table], data: pd.DataFrame) -> dict[str, int]:
    """Number the changes of method between two years that are drawn."""
    years = set(data["period"])
    notes = [
        gap.note for table in tables for gap in table.breaks if {gap.before, gap.after} <= years
    ]
    return {note: number for number, note in enumerate(dict.fromkeys(notes), start=1)}


def notes(
    data: pd.DataFrame, numbers: Mapping[str, int], lang: Lang, part_years: str = "part-years"
) -> list[str]:
    """Say where lines stop and why, and which years are not whole."""
    say = Words(lang)
    listed = "; ".join(f"({n}) {say.note(id)}" for id, n in numbers.items())
    found = [say.text("breaks", breaks=listed)] if listed else []
    years = data.loc[~data["complete"], "period"]
    return [
        *found,
        *([say.text(part_years, years=year_ranges(years, lang))] if len(years) else []),
    ]


def year_ranges(years: Iterable[str], lang: Lang) -> str:
    """
    List years, three or more in a row as a range.

    Examples
    --------
    >>> year_ranges(["2012", "2015", "2016", "2017"], "en")
    '2012 and 2015–2017'
    """
    say = Words(lang)
    runs: list[list[int]] = []
    for year in sorted({int(year) for year in years}):
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    written = [
        [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(year) for year in run] for run in runs
    ]
    return say.several([each for run in written for each in run])


def mark_breaks(
    ax: Axes, breaks: Iterable[Break], numbers: Mapping[str, int | None], high: float
) -> None:
    """Number each numbered change of method between the two years it separates."""
    for gap in breaks:
        if gap.note in numbers:
            mark_at(ax, int(gap.after) - 0.5, numbers[gap.note], high)


def mark_at(ax: Axes, at: float, number: int | None, high: float) -> None:
    """Draw a dashed line up to a height, with its number, if any, at its foot."""
    ax.vlines(at, ax.get_ylim()[0], high, color=RULE, linewidth=0.8, linestyle=(0, (2, 2)))
    if number is not None:
        box = {"facecolor": PAGE, "edgecolor": "none", "pad": 1}
        where = ax.get_xaxis_transform()
        ax.text(
            at, 0.01, f"({number})", transform=where, ha="center", fontsize=7, color=SOFT, bbox=box
        )


def mark_years(ax: Axes, years: Iterable[int]) -> None:
    """Write round years under the axis, as many as have room."""
    start, end = ax.get_xlim()
    room = canvas.inches(ax)[0] / (end - start)
    every = next((step for step in (5, 10) if step * room >= YEAR), 20)
    ax.xaxis.set_major_locator(FixedLocator([year for year in years if year % every == 0]))


def title(ax: Axes, words: str, colour: str = INK) -> None:
    """Write a title above a panel, in as many lines as it needs."""
    name = canvas.wrap(words, canvas.inches(ax)[0], TITLE, "bold")
    ax.set_title(
        name, loc="left", fontsize=TITLE, weight="bold", color=readable(colour), linespacing=1.1
    )


def titles(words: Mapping[str, float]) -> float:
    """Give the inches that titles above panels of some widths take."""
    lines = max(
        canvas.wrap(name, width, TITLE, "bold").count("\n") + 1 for name, width in words.items()
    )
    return 0.15 * lines + 0.1


def concept(table: Table, lang: Lang) -> str:
    """Name the concept of a table, and the table."""
    say = Words(lang)
    return f"{say.label(table.concept)} ({table.id})"


def limits(
    parts: Iterable[pd.DataFrame], inches: float, beside: float, wspace: float
) -> tuple[list[tuple[float, float]], float]:
    """
    Give panels side by side the same width for a year, and each some inches at its end for names.

    Parameters
    ----------
    parts : iterable of pandas.DataFrame
        Rows of each panel.
    inches : float
        Width of all panels together.
    beside : float
        Inches for names in each.
    wspace : float
        Space between two panels, as a part of their mean width.

    Returns
    -------
    limits : list of tuple of float
        Limits of each axis of years; the panels are as wide as these.
    year : float
        Inches that a year takes.
    """
    spans = [part["period"].astype(int).agg(["min", "max"]) for part in parts]
    count = len(spans)
    net = inches * count / (count + wspace * (count - 1))
    year = (net - beside * count) / sum(span["max"] - span["min"] + 1.4 for span in spans)
    return [(span["min"] - 0.7, span["max"] + 0.7 + beside / year) for span in spans], year


def label_ends(
    ax: Axes, x: float, labels: Mapping[str, tuple[float, Any]], size: float = 8
) -> dict[str, float]:
    """
    Name lines or bars beside their ends, moved apart as needed and kept beside the axis.

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
    apart = size * 1.3 / 72 * (high - low) / canvas.inches(ax)[1]
    lines = {  # each line of a label is moved for itself; the tiny steps keep those of one label together
        f"{at} {line}": y - (high - low) * 1e-6 * (10 * at + line)
        for at, (text, (y, _)) in enumerate(labels.items())
        for line in range(text.count("\n") + 1)
    }
    spots = canvas.spread(lines, apart)
    floor, ceiling = low + apart / 2, high - apart / 2
    for line, spot in spots.items():  # from the lowest up, then from the highest down
        spots[line] = max(spot, floor)
        floor = spots[line] + apart
    for line, spot in reversed(spots.items()):
        spots[line] = min(spot, ceiling)
        ceiling = spots[line] - apart
    found = {}
    for at, (text, (_, colour)) in enumerate(labels.items()):
        own = [spot for line, spot in spots.items() if line.startswith(f"{at} ")]
        found[text] = sum(own) / len(own)
        look: dict[str, Any] = {"va": "center", "linespacing": 1.05, "zorder": 3}
        look["bbox"] = {"facecolor": PAGE, "edgecolor": "none", "pad": 0.4}
        ax.text(x, found[text], text, color=readable(colour), fontsize=size, **look)
    return found
