"""The sectors of one partner and period as a table for readers, in English and Dutch."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nltrade.questions.sectors import REMAINDER, most_detailed, why_missing
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Kind, Lang, Sector
from nltrade.words import Words

FLOWS = ("import", "export")


def sector_table(
    found: pd.DataFrame,
    kind: Kind = "goods",
    lang: Lang = "en",
    *,
    sectors: Mapping[str, Sector] | None = None,
    group: str | None = None,
) -> pd.DataFrame:
    """
    Put the sectors of one partner and period in a table, and say why a figure is missing.

    Parameters
    ----------
    found : pandas.DataFrame
        What `nltrade.sector_trade` gives for one partner and period; of its tables the one with most classes is shown.
    kind : {"goods", "services"}
        Which trade.
    lang : {"en", "nl"}
        Language.
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default.
    group : str, optional
        Only the sectors of this group, such as ``"base"``.

    Returns
    -------
    pandas.DataFrame
        A row for each sector with classes of that kind, and for the rest of the total where no group is chosen, as
        text: name, coverage, classes, imports and exports with share and growth, balance (million euro), and what is
        not published or not at hand.

    Examples
    --------
    >>> import nltrade as nl
    >>> found = nl.sector_trade(nl.load(period=[2011, 2012]), "RU", 2012)
    >>> sector_table(found, group="base").iloc[2, :5].tolist()
    ['energy', 'direct', '3', '18,682', '91.9%']
    """
    say = Words(lang)
    known = named.sectors() if sectors is None else sectors
    cell = {
        (row["sector"], row["flow"]): row for row in most_detailed(found, kind).to_dict("records")
    }
    ids = [
        id
        for id, sector in known.items()
        if sector.codes(kind) and group in {None, sector.group.id}
    ]
    rows = [
        _row(id, cell, known.get(id), kind, say)
        for id in [*ids, *([] if group else [REMAINDER])]
        if cell
    ]
    of_flow = [say.label(head) for head in ("share", "growth")]
    heads = [say.label(head) for head in ("sector", "coverage", "classes")]
    for flow in (say.label(flow) for flow in FLOWS):
        heads += [flow, *(f"{flow}, {head}" for head in of_flow)]
    return pd.DataFrame(rows, columns=[*heads, say.label("balance"), say.label("not published")])


def _row(
    id: str, cell: Mapping[tuple[str, str], Any], sector: Sector | None, kind: Kind, say: Words
) -> list[str]:
    name = sector.text(say.lang) if sector else say.label(id)
    about = [say.label(sector.coverage(kind)), " ".join(sector.codes(kind))] if sector else ["", ""]
    figures, gaps = [], []
    for flow in FLOWS:
        row = cell[id, flow]
        share = "" if pd.isna(row["share_pct"]) else say.pct(row["share_pct"])
        growth = "" if pd.isna(row["growth_pct"]) else say.change(row["growth_pct"])
        figures += [_amount(row, say), share, growth]
        reason, values = why_missing(row, sector)
        if reason:
            gaps.append(say.text(reason, **values))
    return [
        name,
        *about,
        *figures,
        _amount(cell[id, "balance"], say),
        "; ".join(dict.fromkeys(gaps)),
    ]


def _amount(row: Mapping[str, Any], say: Words) -> str:
    """Write a value, or the bounds of what CBS withholds; a dash where there is neither."""
    if not pd.isna(row[VALUE]):
        return say.number(row[VALUE])
    if pd.isna(row["high_meur"]):
        return "–"
    low = 0.0 if pd.isna(row["low_meur"]) else row["low_meur"]
    return say.text("sector-bounds", low=low, high=row["high_meur"])
