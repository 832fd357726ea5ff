"""What figures over the years say: which years there are, where lines stop, which are not whole."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import pandas as pd

from nltrade import registry
from nltrade.charts.provenance import part_of_year
from nltrade.charts.series import Series
from nltrade.registry.entries import Break, Lang
from nltrade.words import Words

CONCEPTS = ("border crossing", "change of ownership")  # those that CBS counts by itself
# What tells a year of a table from another; the snapshot goes along, for the months of a part-year.
INDEX = ("table", "modified", "concept", "partner", "period", "complete", "status")


def totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the yearly totals of goods, as CBS counts them by itself."""
    return frame[frame["concept"].isin(CONCEPTS) & frame["level"].eq(0) & frame["freq"].eq("A")]


def in_order(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sort rows, tables and products as the registry lists them."""
    order = {id: at for at, id in enumerate([*registry.all_tables(), *registry.products()])}
    listed = ("table", "product")
    return rows.sort_values(keys, key=lambda s: s.map(order) if s.name in listed else s)


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
    data = in_order(data, ["table", "period"])
    published = data[list(columns)].notna().any(axis=1)
    kept = data["table"].isin(data[published].drop_duplicates("concept")["table"])
    data, published = data[kept], published[kept]

    begun = published.groupby(data["table"]).cummax()
    not_over = published[::-1].groupby(data["table"]).cummax()
    return data[begun & not_over].reset_index(drop=True)


def by_table(data: pd.DataFrame, say: Words) -> dict[str, pd.DataFrame]:
    """Give the rows of each table, under what it counts."""
    parts = {}
    for table, rows in data.groupby("table", sort=False):
        concept = registry.table(str(table)).concept
        of_goods = f"{concept}-panel"
        parts[say.start(of_goods if of_goods in registry.texts() else concept)] = rows
    return parts


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


def pieces(rows: pd.DataFrame, column: str) -> list[pd.Series]:
    """Cut a column over the years of one table where its method changed, with gaps for years."""
    breaks = registry.table(str(rows["table"].iloc[0])).breaks if len(rows) else []
    cut: dict[int, dict[int, float]] = {}
    for period, value in zip(rows["period"], rows[column], strict=True):
        piece = sum(period >= gap.after for gap in breaks)
        cut.setdefault(piece, {})[int(period)] = value
    return [
        pd.Series({year: each.get(year) for year in range(min(each), max(each) + 1)}, dtype=float)
        for each in cut.values()
    ]


def crossed(rows: pd.DataFrame) -> list[Break]:
    """List the changes of method between two years that are drawn, of each table."""
    found = []
    for table, own in rows.groupby("table", sort=False):
        years = set(own["period"])
        breaks = registry.table(str(table)).breaks
        found += [gap for gap in breaks if {gap.before, gap.after} <= years]
    return found


def notes(data: pd.DataFrame, say: Words) -> list[str]:
    """Say where lines stop and why, and which years are not whole."""
    said = []
    if breaks := dict.fromkeys(f"{gap.before}/{gap.after}" for gap in crossed(data)):
        said.append(say.text("breaks", breaks=say.several(list(breaks))))
    if not data["complete"].all():
        years = year_ranges(data.loc[~data["complete"], "period"], say.lang)
        said.append(say.text("part-years", years=years))
    return said


def marks(data: pd.DataFrame, say: Words) -> str:
    """Say which marks are of a part-year, if there is one."""
    return "" if data["complete"].all() else say.label("over-time-part")


def remark(data: pd.DataFrame, say: Words) -> str:
    """Say that panels cannot be joined, where there are two."""
    return say.label("over-time-two") if data["table"].nunique() > 1 else ""


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
