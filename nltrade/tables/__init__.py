"""Results as tables for readers: names for codes, units, marks of status, and the sources."""

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw

from nltrade.errors import UnknownName
from nltrade.registry.entries import Lang, Sector, known_lang
from nltrade.report import Report, nothing_for, present
from nltrade.tables import catalogues, places
from nltrade.tables import claims as claims
from nltrade.tables.cells import NEEDED, PLACES, cells_table
from nltrade.tables.places import show_ranking
from nltrade.tables.sectors import sectors_report

__all__ = ["show", "show_ranking"]

OF_SECTORS = {"sector", "withheld"}


def show(
    result: object, lang: Lang = "en", *, sectors: Mapping[str, Sector] | None = None
) -> Report:
    """
    Present a result for readers: names for codes, units, marks of status, and the source.

    It prints as text in a terminal, never wider than that, and as HTML in a notebook; it gives its
    numbers (`.frame`) and writes CSV and Excel files (`.to_csv`, `.to_excel`).

    Parameters
    ----------
    result : any result of this package
        Verdicts, one verdict, claims, sectors, figures that others published, snapshots and their
        origins; the frames of `nltrade.sector_trade` (one partner and period), of
        `nltrade.partners`, `nltrade.products` and `nltrade.tables`; or a tidy frame of any engine,
        such as `nltrade.select`, `nltrade.share` or `nltrade.growth` give, of which the first 60
        rows are shown. A ranking is shown by `nltrade.show_ranking`, as its own frame does not say
        among whom it is.
    lang : {"en", "nl"}
        Language.
    sectors : mapping of str to Sector, optional
        The sectors that a frame of `nltrade.sector_trade` is of; those of the mission of 2013 by
        default.

    Returns
    -------
    Report
        To be printed or displayed. Amounts are in million euro; what CBS does not publish is named
        so, never zero. The source is what the frame itself says it is from.

    Raises
    ------
    UnknownName
        This is no result of the package, or of sectors that are not those given.

    Examples
    --------
    >>> import nltrade as nl
    >>> goods = nl.select(nl.load("83028NED"), product="TOTAL", period=2012)
    >>> exports = nl.select(goods, partner=["RU", "CN"], flow="export")
    >>> nl.show(exports)
    Goods, exports, all goods, 2012, 83028NED (border crossing)
    Partner  € million
    China        7,647
    Russia       7,068
    <BLANKLINE>
    Source: CBS (StatLine 83028NED, modified 2023-01-04, sha256 f4158376), CC BY 4.0.
    """
    known_lang(lang)
    rows: Any = nw.from_native(result, pass_through=True)
    if sectors is not None and _columns(rows) >= OF_SECTORS:
        return sectors_report(rows, lang, sectors)
    return present(result, lang)


# How frames are presented, by the columns that tell what they are.
BY_COLUMNS: list[tuple[set[str], Callable[[Any, Lang], Report]]] = [
    (OF_SECTORS, sectors_report),
    ({"before_place", "after_place"}, places.of_moves),
    (NEEDED, cells_table),
    ({"en", "nl"}, catalogues.listing),
]


@present.register(object)
def _present_frame(result: Any, lang: Lang = "en") -> Report:
    """Present a frame of any engine by the columns that it has."""
    rows = nw.from_native(result, pass_through=True)
    columns = _columns(rows)
    if columns >= PLACES and "among" not in columns:
        raise UnknownName(
            "A ranking does not say of which product and among whom it is: show it with "
            "nltrade.show_ranking(frame, period=2012), which ranks and shows."
        )
    for needed, way in BY_COLUMNS:
        if columns >= needed:
            return way(rows, lang)

    if not columns:
        raise UnknownName(nothing_for(result))
    raise UnknownName(
        f"A frame with the columns {', '.join(sorted(columns))} is none of this package. "
        f"A tidy one has {', '.join(sorted(NEEDED))}."
    )


def _columns(rows: Any) -> set[str]:
    """List the columns of a frame; what is no frame has none."""
    is_frame = isinstance(rows, nw.DataFrame | nw.LazyFrame)
    return set(rows.collect_schema().names()) if is_frame else set()
