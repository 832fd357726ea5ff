"""What figures of the other side share: its words, its source, and the mark that is never a bar."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts.provenance import source
from nltrade.charts.style import GREY, PAGE, SUBJECT
from nltrade.registry.entries import Sector
from nltrade.sources import provenance
from nltrade.sources.comtrade import OtherSide
from nltrade.words import Words

# A ring: CBS's figures are bars and lines, the partner's never look like them.
RING: dict[str, Any] = {
    "marker": "o",
    "markersize": 6,
    "markerfacecolor": PAGE,
    "markeredgecolor": SUBJECT,
    "markeredgewidth": 1.6,
    "linestyle": "none",
}
# The line of what a partner reported, with a ring for each year.
RINGS: dict[str, Any] = RING | {"color": SUBJECT, "linestyle": "-", "linewidth": 0.9}
DIAMOND: dict[str, Any] = {"marker": "D", "markersize": 5, "linestyle": "none", "color": GREY}


def sources(
    frame: pd.DataFrame, tables: Iterable[str], other: pd.DataFrame, partner: str, say: Words
) -> str:
    """Name in one line the tables of CBS that are drawn, and whose report stands beside them."""
    drawn = list(dict.fromkeys(tables))
    cbs = [table for table in drawn if table in registry.tables()]
    theirs = provenance.origins(other[other["table"].isin(drawn)])
    told = [
        say.text("source-other", partner=partner, retrieved=o.modified, hash=o.sha256[:8])
        for o in theirs
    ]
    if not cbs and told:
        return " ".join([say.label("source-word"), *told])
    return " ".join([source(provenance.origins(frame[frame["table"].isin(cbs)]), say), *told])


def rate(year: str, say: Words) -> str:
    """Say at which rate the dollars of a year were turned into euro."""
    return say.text("rate-of-year", rate=say.number(registry.rates()[year], 4), year=year)


def name_of(sector: Sector, kind: str, say: Words, *, by_chapter: bool = False) -> str:
    """Name a sector: its services as such, and one that its chapters show a part of by that."""
    name = sector.text(say.lang)
    if by_chapter and sector.hs == sector.hs_parts:
        parts = [registry.product(code).text(say.lang) for code in sector.hs_parts]
        return say.text("part-of-sector", part=say.several(parts), sector=name)
    return say.text("of-services", name=name) if kind == "services" else name


def of_partner(other_side: OtherSide | None, partner: str) -> OtherSide:
    """Give what a partner reported: nothing where it is not there."""
    if other_side is None:
        empty = pd.DataFrame(columns=["table", "modified", "partner", "product", "period", "flow"])
        return OtherSide(empty, empty)
    return other_side.of(partner)
