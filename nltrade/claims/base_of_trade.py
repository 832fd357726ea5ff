"""
Whether a sector is a base of the trade, as the announcement of the mission says of gas, oil, agriculture and others.

The words name no number. Here a sector is a base of a flow when it makes up at least a tenth of it, in every year that
can be checked; goods and services apart.
"""

from collections.abc import Mapping

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.questions.sectors import sector_trade
from nltrade.registry import sectors as named
from nltrade.registry.entries import Flow, Kind, Lang, Sector
from nltrade.report import Results
from nltrade.words import Words

AT_LEAST = 10.0  # percent of a flow


class Base(msgspec.Struct, frozen=True):
    """A sector as a base of one flow: its least and greatest share, in percent, and the years they are of."""

    sector: Sector
    kind: Kind
    flow: Flow
    years: list[str] = []
    least: float | None = None
    least_year: str | None = None
    most: float | None = None
    most_year: str | None = None
    fetch: str = ""

    @property
    def verdict(self) -> str:
        """``supported``, ``contradicted``, ``depends`` on the year, or ``cannot be checked``."""
        if self.least is None or self.most is None:
            return "cannot be checked"
        if self.least >= AT_LEAST:
            return "supported"
        return "contradicted" if self.most < AT_LEAST else "depends"

    def why(self, lang: Lang = "en") -> str:
        """Give the range of shares, or say what would bring them."""
        say = Words(lang)
        if self.least is None:
            return say.text("sector-fetch" if self.fetch else "base-none", table=self.fetch)
        values = {
            "least": self.least,
            "least_year": self.least_year,
            "most": self.most,
            "most_year": self.most_year,
        }
        span = {
            "first": self.years[0],
            "last": self.years[-1],
            "flow": self.flow,
            "kind": self.kind,
        }
        return say.text("base-range", **values, **span)


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
        The sectors of the mission of 2013 by default; those with `flows` are looked at.

    Returns
    -------
    list of Base
        For each sector, kind and flow; whole years of all tables.

    Examples
    --------
    >>> import nltrade as nl
    >>> found = base_of_trade(nl.load(partner="RU"), "RU")
    >>> [(b.verdict, round(b.least), round(b.most)) for b in found if b.sector.id == "energy"]
    [('supported', 47, 94)]
    """
    known = named.sectors() if sectors is None else sectors
    base = {id: sector for id, sector in known.items() if sector.flows}
    if not base:
        return Results()
    found = sector_trade(frame, partner, sectors=base)
    found = found[(found["freq"] == "A") & found["complete"] & found["share_pct"].notna()]
    return Results(
        _checked(
            sector,
            kind,
            flow,
            found[found["sector"].eq(id) & found["kind"].eq(kind) & found["flow"].eq(flow)],
        )
        for id, sector in base.items()
        for kind in named.KINDS
        if sector.codes(kind)
        for flow in sector.flows
    )


def _checked(sector: Sector, kind: Kind, flow: Flow, rows: pd.DataFrame) -> Base:
    if rows.empty:
        able = registry.tables_with(products=sector.codes(kind))
        return Base(sector, kind, flow, fetch=able[0].id if able else "")
    least, most = rows.loc[rows["share_pct"].idxmin()], rows.loc[rows["share_pct"].idxmax()]
    return Base(
        sector,
        kind,
        flow,
        years=sorted(set(rows["period"])),
        least=float(least["share_pct"]),
        least_year=least["period"],
        most=float(most["share_pct"]),
        most_year=most["period"],
    )
