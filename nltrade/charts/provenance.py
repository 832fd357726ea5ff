"""What stands under a figure on where its numbers come from, and how a year is written."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from nltrade.registry.entries import Kind, Lang
from nltrade.sources import snapshot
from nltrade.sources.snapshot import Origin
from nltrade.tables.cells import source_line
from nltrade.words import Words


def origins_in(frame: pd.DataFrame, tables: Iterable[str]) -> list[Origin]:
    """Give the origins of some tables of a frame, from what the frame says of itself."""
    return snapshot.origins(frame[frame["table"].isin(list(tables))])


def source_lines(
    origins: Sequence[Origin], lang: Lang, statuses: Mapping[str, str] | None = None
) -> list[str]:
    """
    Say where numbers come from: table, modification date, hash, licence, and how final they are.

    Parameters
    ----------
    origins : sequence of Origin
        Provenance of what is drawn; none for a frame of your own.
    lang : {"en", "nl"}
        Language.
    statuses : mapping of str to str, optional
        Status of the figures of a year, as in the tidy frame.

    Returns
    -------
    list of str
        One line.
    """
    say = Words(lang)
    final = [
        say.text("status-of", year=year, status=status) for year, status in (statuses or {}).items()
    ]
    source = source_line(origins, lang, short=True) if origins else say.label("own-frame")
    return [" ".join([source, *final])]


def footer(
    frame: pd.DataFrame,
    tables: Iterable[str],
    say: Words,
    *,
    note: str = "",
    year: str = "",
    kind: Kind = "goods",
) -> list[str]:
    """Give the two lines under a figure: a note, if it needs one, and the source of its tables."""
    rows = frame[frame["table"].isin(list(tables))]
    status = statuses(rows, year, kind) if year else {}
    source = source_lines(snapshot.origins(rows), say.lang, status)
    return [note, *source] if note else source


def statuses(frame: pd.DataFrame, period: str, kind: Kind = "goods") -> dict[str, str]:
    """Give the status of the figures of a period, as far as all tables of the frame agree on it."""
    found = frame.loc[(frame["period"] == period) & (frame["kind"] == kind), "status"].unique()
    return {period: str(found[0])} if len(found) == 1 else {}


def year_label(frame: pd.DataFrame, table: str, year: str, lang: Lang) -> str:
    """Write a year, with its months where the table has only a part of it."""
    of_year = frame[(frame["table"] == table) & (frame["period"] == year)]
    return (
        year if of_year["complete"].all() else f"{year} ({part_of_year(frame, table, year, lang)})"
    )


def part_of_year(frame: pd.DataFrame, table: str, year: str, lang: Lang) -> str:
    """Name the months that a part-year has, as far as CBS's title of the period tells them."""
    say = Words(lang)
    months = snapshot.months_of(frame, table, year)
    return say.months(months) if months else say.label("part-year")
