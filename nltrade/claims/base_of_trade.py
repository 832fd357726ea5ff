"""
Whether a sector is a base of the trade, as a document says of gas, oil, agriculture and others.

The words name no number. Here a sector is a base of a flow when it makes up at least a tenth of it,
in every year that was over when the document was written; goods and services apart, each counted
in one way.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.claims.reading import rounded_to
from nltrade.questions.sectors import sector_trade
from nltrade.questions.trade import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Flow, Kind, Lang, Sector
from nltrade.report import Results
from nltrade.sources import provenance
from nltrade.sources.snapshot import Origin
from nltrade.words import Words

AT_LEAST = 10.0  # percent of a flow


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """
    A sector as a base of one flow: its least and greatest share, and the years they are of.

    `least` and `most` are in percent; `low` and `high` are what they can be at least and at most,
    as CBS rounds the amounts.
    """

    sector: Sector
    kind: Kind
    flow: Flow
    years: list[str] = []
    least: float | None = None
    least_year: str | None = None
    low: float | None = None
    most: float | None = None
    most_year: str | None = None
    high: float | None = None
    fetch: str = ""
    sources: list[Origin] = []

    @property
    def verdict(self) -> str:
        """``supported``, ``contradicted``, ``depends`` on the year, or ``cannot be checked``."""
        if self.low is None or self.high is None:
            return "cannot be checked"
        if self.low >= AT_LEAST:
            return "supported"
        return "contradicted" if self.high < AT_LEAST else "depends"

    def why(self, lang: Lang = "en") -> str:
        """Give the range of shares, or say what would bring them."""
        say = Words(lang)
        if self.least is None:
            return say.text("sector-fetch" if self.fetch else "base-none", table=self.fetch)
        span = {"first": self.years[0], "last": self.years[-1]}
        return say.text("base-range", **span, **msgspec.structs.asdict(self))


def base_of_trade(
    frame: pd.DataFrame, partner: str = "RU", *, sectors: Mapping[str, Sector] | None = None
) -> Results[Base]:
    """
    Check for each sector that is called a base of the trade how large a part of it it is.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame, with all years to look at.
    partner : str
        ISO code, slug or name.
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default; those with `flows` are looked at, by the
        years that were over on the `date` of the document that names them.

    Returns
    -------
    list of Base
        For each sector, kind and flow; whole years of the tables of one concept.

    Examples
    --------
    >>> import nltrade as nl
    >>> found = base_of_trade(nl.load(partner="RU"), "RU")
    >>> [(b.verdict, b.years[-1], round(b.most)) for b in found if b.sector.id == "energy"]
    [('supported', '2012', 92)]
    """
    known = named.sectors(sectors)
    base = {id: sector for id, sector in known.items() if sector.flows}
    if not base:
        return Results()

    found = sector_trade(frame, partner, sectors=base)
    found = found[(found["freq"] == "A") & found["complete"] & found["share_pct"].notna()]

    listed = Results[Base]()
    for id, sector in base.items():
        for kind in named.KINDS:
            for flow in sector.flows if sector.codes(kind) else []:
                is_asked = found["sector"].eq(id) & found["kind"].eq(kind) & found["flow"].eq(flow)
                rows = _of_one_concept(_over_by(found[is_asked], sector.date))
                listed.append(_checked(sector, kind, flow, rows, frame))
    return listed


def _over_by(rows: pd.DataFrame, date: str | None) -> pd.DataFrame:
    """Keep the years that were over when a document was written; all of them without a date."""
    return rows if date is None else rows[rows["period"] < date[:4]]


def _of_one_concept(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep what is counted in one way, that of the first table; each year once."""
    order = {id: at for at, id in enumerate(registry.tables())}
    ranked = rows.sort_values("table", key=lambda ids: ids.map(order).fillna(0), kind="stable")
    alike = ranked[ranked["concept"] == ranked["concept"].iloc[0]] if len(rows) else rows
    return alike.drop_duplicates("period").sort_values("period")


def _checked(
    sector: Sector, kind: Kind, flow: Flow, rows: pd.DataFrame, frame: pd.DataFrame
) -> Base:
    """Find the least and the greatest share of a sector, and what rounding makes of them."""
    about: dict[str, Any] = {"sector": sector, "kind": kind, "flow": flow}
    if rows.empty:
        able = registry.tables_with(products=sector.codes(kind))
        until = (sector.date or "9999")[:4]
        fetch = next((table.id for table in able if table.first < until), "")
        return Base(**about, fetch=fetch)

    # Each class, and the total, is rounded.
    half = rows["table"].map(lambda table: float(rounded_to(table, frame)) / 2)
    low = 100 * (rows[VALUE] - rows["codes"] * half) / (rows["total_meur"] + half)
    high = 100 * (rows[VALUE] + rows["codes"] * half) / (rows["total_meur"] - half)
    least, most = rows.loc[rows["share_pct"].idxmin()], rows.loc[rows["share_pct"].idxmax()]

    return Base(
        **about,
        years=rows["period"].tolist(),
        least=float(least["share_pct"]),
        least_year=least["period"],
        low=float(low.min()),
        most=float(most["share_pct"]),
        most_year=most["period"],
        high=float(high.max()),
        sources=provenance.origins(frame[frame["table"].isin(rows["table"])]),
    )
