"""What stands under a figure on where its numbers come from, and how a year is written."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nltrade import wording
from nltrade.cbs import snapshot
from nltrade.cbs.snapshot import Origin
from nltrade.registry.entries import Kind, Lang


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


def to_fetch(frame: pd.DataFrame, partner: str, product: str, id: str, lang: Lang) -> list[str]:
    """Say what a fetch would add, where the frame has no cell of a product for the partner."""
    there = frame["product"].eq(product) & frame["partner"].eq(partner)
    return [] if there.any() else [wording.label(id, lang)]


def statuses(frame: pd.DataFrame, period: str, kind: Kind = "goods") -> dict[str, str]:
    """Give the status of the figures of a period, as far as all tables of the frame agree on it."""
    found = frame.loc[(frame["period"] == period) & (frame["kind"] == kind), "status"].unique()
    return {period: str(found[0])} if len(found) == 1 else {}


def year_label(frame: pd.DataFrame, table: str, year: str, lang: Lang) -> str:
    """Write a year, with its months where the table has only a part of it."""
    of_year = frame[(frame["table"] == table) & (frame["period"] == year)]
    return year if of_year["complete"].all() else f"{year} ({part_of_year(table, year, lang)})"


def part_of_year(table: str, year: str, lang: Lang) -> str:
    """Name the months that a part-year has, as far as CBS's title of the period tells them."""
    months = snapshot.months_of(table, year)
    return wording.months(months, lang) if months else wording.label("part-year", lang)
