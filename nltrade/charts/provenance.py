"""What stands under a figure on where its numbers come from, and how a year is written."""

from collections.abc import Iterable, Sequence

import pandas as pd

from nltrade.registry.entries import Kind, Lang
from nltrade.sources import provenance
from nltrade.sources.snapshot import Origin
from nltrade.tables.cells import source_line
from nltrade.words import Words


def source(origins: Sequence[Origin], say: Words, *, year: str = "", status: str = "") -> str:
    """Say in one line which snapshots numbers are from, and how final those of a year are."""
    line = source_line(origins, say.lang, short=True) if origins else say.label("own-frame")
    return f"{line} {say.text('status-of', year=year, status=status)}" if status else line


def source_of(
    frame: pd.DataFrame, tables: Iterable[str], say: Words, *, year: str, kind: Kind = "goods"
) -> str:
    """Say in one line which snapshots some tables are from, and how final those of a year are."""
    rows = frame[frame["table"].isin(list(tables))]
    of_year = rows[(rows["period"] == year) & (rows["kind"] == kind)]
    statuses = of_year["status"].unique()
    # told where all tables agree on it
    status = str(statuses[0]) if len(statuses) == 1 else ""
    return source(provenance.origins(rows), say, year=year, status=status)


def year_label(frame: pd.DataFrame, table: str, year: str, lang: Lang) -> str:
    """Write a year, with its months where the table has only a part of it."""
    of_year = frame[(frame["table"] == table) & (frame["period"] == year)]
    if of_year["complete"].all():
        return year
    return f"{year} ({part_of_year(frame, table, year, lang)})"


def part_of_year(frame: pd.DataFrame, table: str, year: str, lang: Lang) -> str:
    """Name the months that a part-year has, as far as CBS's title of the period tells them."""
    say = Words(lang)
    months = provenance.months_of(frame, table, year)
    return say.months(months) if months else say.label("part-year")
