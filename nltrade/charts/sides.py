"""What figures of the other side share: its words, its source, and the mark that is never a bar."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from nltrade import registry
from nltrade.charts.provenance import origins_in, source_lines
from nltrade.charts.style import GREY, PAGE, SUBJECT
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Sector
from nltrade.sources import snapshot
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

DIAMOND: dict[str, Any] = {"marker": "D", "markersize": 5, "linestyle": "none", "color": GREY}


def sources(
    frame: pd.DataFrame, tables: Iterable[str], other: pd.DataFrame, partner: str, say: Words
) -> str:
    """Name in one line the tables of CBS that are drawn, and whose report stands beside them."""
    cbs = [table for table in dict.fromkeys(tables) if table in registry.tables()]
    own = source_lines(origins_in(frame, cbs), say.lang) if cbs or other.empty else []
    told = [
        say.text("source-other", partner=partner, retrieved=o.modified, hash=o.sha256[:8])
        for o in (snapshot.origins(other) if len(other) else [])
    ]
    return " ".join([*own, *told] if own else [say.label("source-word"), *told])


def rate(year: str, say: Words) -> str:
    """Say at which rate the dollars of a year were turned into euro."""
    return say.text("rate-of-year", rate=say.number(registry.rates()[year], 4), year=year)


def shortest(say: Words, ids: Iterable[str], **values: Any) -> str:
    """Take the first of some texts, told from the fullest on, that has at most twelve words."""
    told = [say.text(id, **values) for id in ids]
    return next((text for text in told if len(text.split()) <= 12), told[-1])


def of_partner(other_side: OtherSide | None, partner: str) -> OtherSide:
    """Give what a partner reported: nothing where it is not there."""
    if other_side is None:
        empty = pd.DataFrame(columns=["table", "modified", "partner", "product", "period", "flow"])
        return OtherSide(empty, empty)
    return other_side.of(partner)


def bought_by_sector(bought: pd.DataFrame, known: Mapping[str, Sector]) -> pd.DataFrame:
    """
    Add up the chapters of each sector that a partner reported it bought, by year.

    What `nltrade.sector_trade` gives of it for any engine, for one table in memory: a figure has
    no time for more. A sector of which a chapter is withheld has bounds: its other chapters, and
    with them all that the chapters leave of the total.
    """
    cells = bought.pivot(index="period", columns="product", values=VALUE)
    total = cells.get("TOTAL", pd.Series(np.nan, cells.index))
    chapters = [code for code in cells.columns if str(code).startswith("HS")]
    left = (total - cells[chapters].sum(axis=1)).clip(lower=0)

    found = []
    for id, sector in known.items():
        if sector.hs:
            of_sector = cells.reindex(columns=sector.hs)
            low, some = of_sector.sum(axis=1), of_sector.isna().any(axis=1)
            values = {
                VALUE: low.mask(some),
                "low_meur": low.mask(of_sector.isna().all(axis=1)),
                "high_meur": low + left.where(some, 0.0),
                "share_pct": 100 * low.mask(some) / total,
            }
            found.append(pd.DataFrame(values).reset_index().assign(sector=id))
    columns = ["sector", "period", VALUE, "low_meur", "high_meur", "share_pct"]
    return pd.concat(found)[columns] if found else pd.DataFrame(columns=columns)
