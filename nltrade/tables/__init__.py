"""Results as tables for readers, in English and Dutch: names for codes, units, marks of status, and the sources."""

from collections.abc import Callable, Mapping
from typing import Any

import narwhals as nw

from nltrade.claims.base_of_trade import Base
from nltrade.claims.elsewhere import Checked
from nltrade.claims.verdict import Verdict
from nltrade.errors import UnknownName
from nltrade.registry.entries import Claim, Lang, Sector, known_lang
from nltrade.report import Report, Table
from nltrade.sources.snapshot import Origin, Snapshot
from nltrade.tables import catalogues, places
from nltrade.tables import cells as figures
from nltrade.tables import claims as judged
from nltrade.tables.places import show_ranking
from nltrade.words import Words

__all__ = ["show", "show_ranking"]

_OF_LISTS: dict[Any, Callable[[Any, Lang], Report]] = {
    Verdict: judged.verdicts,
    Base: judged.bases,
    Checked: judged.published,
    Claim: catalogues.claims,
    Sector: catalogues.sectors,
    Origin: catalogues.origins,
    Snapshot: catalogues.snapshots,
}


def show(
    result: object, lang: Lang = "en", *, sectors: Mapping[str, Sector] | None = None
) -> Report:
    """
    Present a result for readers: names for codes, units, marks of status, and where the figures come from.

    It prints as text in a terminal, never wider than that, and as HTML in a notebook.

    Parameters
    ----------
    result : any result of this package
        Verdicts, one verdict, claims, sectors, snapshots and their origins; the frames of `nltrade.sector_trade` (one
        partner and period), of `nltrade.partners`, `nltrade.products` and `nltrade.tables`; or a tidy frame of any
        engine, such as `nltrade.select`, `nltrade.share` or `nltrade.growth` give, of which the first 60 rows are
        shown. A ranking is shown by `nltrade.show_ranking`, as its own frame does not say of which table it is.
    lang : {"en", "nl"}
        Language.
    sectors : mapping of str to Sector, optional
        The sectors that a frame of `nltrade.sector_trade` is of; those of the mission of 2013 by default.

    Returns
    -------
    Report
        To be printed or displayed. Amounts are in million euro; what CBS does not publish is named so, never zero.

    Raises
    ------
    UnknownName
        This is no result of the package, or of sectors that are not those given.

    Examples
    --------
    >>> import nltrade as nl
    >>> exports = nl.select(nl.load("83028NED"), partner=["RU", "CN"], flow="export", product="TOTAL", period=2012)
    >>> nl.show(exports)
    Goods, exports, all goods, 2012, 83028NED (border crossing)
    Partner  € million
    China        7,647
    Russia       7,068
    <BLANKLINE>
    Source: CBS (StatLine 83028NED, modified 2023-01-04), sha256 f4158376, CC BY 4.0.
    """
    say = Words(lang)
    known_lang(lang)
    if isinstance(result, Verdict):
        return judged.verdict(result, lang)
    if isinstance(result, tuple(_OF_LISTS)):
        return _OF_LISTS[type(result)]([result], lang)
    if isinstance(result, Mapping | list | tuple):
        listed = list(result.values()) if isinstance(result, Mapping) else list(result)
        types = {type(one) for one in listed}
        if len(types) == 1 and types <= set(_OF_LISTS):
            return _OF_LISTS[types.pop()](listed, lang)
    if isinstance(result, Mapping | list | tuple) and not result:
        return Report([Table(say.label("nothing"))], [], lang)
    rows = nw.from_native(result, pass_through=True)
    if isinstance(rows, nw.DataFrame | nw.LazyFrame):
        columns = set(rows.collect_schema().names())
        if {"sector", "withheld"} <= columns:
            return figures.of_sectors(rows, lang, sectors)
        if {"before_place", "after_place"} <= columns:
            return places.of_moves(rows, lang)
        if columns >= figures.NEEDED:
            return figures.tidy(rows, lang)
        if {"en", "nl"} <= columns:
            return catalogues.listing(rows, lang)
        if {"place", "best", "worst"} <= columns:
            raise UnknownName(
                "A ranking does not say of which table and period it is: show it with nltrade.show_ranking(frame, "
                "period=2012), which ranks and shows."
            )
        raise UnknownName(
            f"A frame with the columns {', '.join(sorted(columns))} is none of this package. A tidy one has "
            f"{', '.join(sorted(figures.NEEDED))}."
        )
    raise UnknownName(
        f"show() has no table for {type(result).__name__}. help(nltrade.show) lists what it presents."
    )
