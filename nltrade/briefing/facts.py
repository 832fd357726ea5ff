"""What a briefing knows of a partner in a year: the numbers that its sentences and tables share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts.provenance import year_label
from nltrade.claims.reading import Placed
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.growth import growth
from nltrade.questions.ranking import Among, rank_partners
from nltrade.questions.trade import SMALL, VALUE
from nltrade.registry.entries import Flow, Kind, Lang

FLOWS: tuple[Flow, Flow] = ("import", "export")
MADE: Flow = "domestic export"
FUELS = "3"  # section of the SITC
TOTALS = ("TOTAL", "S")
RANKED: tuple[Flow, ...] = ("total trade", *FLOWS)


@dataclass(frozen=True, eq=False)
class Facts:
    """
    The numbers on one partner and year.

    Attributes
    ----------
    partner, year : str
        ISO code of a country, and the year.
    cells : pandas.DataFrame
        Annual rows of the partner and of the world, of every table.
    goods, services : str
        The table that is told of; empty where none has the year.
    grown : mapping of str to dict
        For imports and exports of goods, the row of `nltrade.growth` of the year.
    among : str
        The countries that the partner has its place among.
    places : mapping of str to Placed
        Its place in total trade, imports and exports, where it has trade and a place.
    """

    partner: str
    year: str
    cells: pd.DataFrame
    goods: str
    services: str
    grown: Mapping[str, dict[Any, Any]]
    among: Among
    places: Mapping[str, Placed]

    @property
    def where(self) -> str:
        """Id of the label that says among whom the places are."""
        return "inside-eu" if self.among == "inside EU" else "outside-eu"

    @property
    def large_places(self) -> dict[str, Placed]:
        """The places by an amount that is not so small that it says nothing."""
        return {flow: each for flow, each in self.places.items() if each.value_meur >= SMALL}

    @property
    def years(self) -> list[str]:
        """The year, the one before, and five years before."""
        return [str(int(self.year) - back) for back in (0, 1, 5)]

    @property
    def published(self) -> dict[str, list[str]]:
        """The whole years that a total of goods or of services is published of, by any table."""
        own = self.cells[(self.cells["partner"] == self.partner) & self.cells["complete"]]
        own = own[own["product"].isin(TOTALS) & own[VALUE].notna()]
        return {str(kind): sorted(set(rows["period"])) for kind, rows in own.groupby("kind")}

    def amount(
        self,
        flow: str,
        *,
        table: str | None = None,
        period: str | None = None,
        partner: str | None = None,
        product: str | None = None,
    ) -> float | None:
        """Give a published value in million euro; by default of all goods in the year."""
        table = self.goods if table is None else table
        rows = self.cells[(self.cells["table"] == table) & (self.cells["flow"] == flow)]
        rows = rows[rows["period"] == (period or self.year)]
        rows = rows[rows["partner"] == (partner or self.partner)]
        rows = rows[rows["product"].isin([product] if product else TOTALS)]
        found = rows[VALUE].dropna()
        return None if found.empty else float(found.iloc[0])

    def balance(self, period: str) -> float | None:
        """Give exports less imports of goods, where both are published."""
        bought, sold = (self.amount(flow, period=period) for flow in FLOWS)
        return None if bought is None or sold is None else sold - bought

    def is_large(self, flow: Flow, table: str | None = None) -> bool:
        """Whether imports or exports are published, and not so small that they say nothing."""
        return (self.amount(flow, table=table) or 0) >= SMALL

    def share(self, flow: Flow, table: str | None = None) -> float | None:
        """Give the share in Dutch imports or exports, in percent, however small."""
        part = self.amount(flow, table=table)
        whole = self.amount(flow, table=table, partner="WORLD")
        return 100 * part / whole if part is not None and whole else None

    def part(self, flow: Flow, of: Flow, product: str | None = None) -> float | None:
        """Give the share of a part in imports or exports, in percent; none of a small whole."""
        part, whole = self.amount(flow, product=product), self.amount(of)
        return 100 * part / whole if part is not None and whole and whole >= SMALL else None

    def when(self, lang: Lang, table: str | None = None) -> str:
        """Write the year, with its months where the table has only a part of it."""
        return year_label(self.cells, table or self.goods, self.year, lang)

    def others(self) -> list[str]:
        """Name the tables of goods that count by another concept and have the year."""
        own = self.cells[(self.cells["kind"] == "goods") & (self.cells["period"] == self.year)]
        own = own[(own["partner"] == self.partner) & own[VALUE].notna()]
        concept = registry.table(self.goods).concept
        return list(own.loc[own["concept"] != concept, "table"].unique())


def facts_of(frame: pd.DataFrame, partner: str, year: int) -> Facts:
    """
    Gather the numbers on a partner in a year.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame, with all partners: places are among them.
    partner : str
        ISO code of a country.
    year : int
        Year.

    Returns
    -------
    Facts

    Examples
    --------
    >>> import nltrade as nl
    >>> told = facts_of(nl.load(), "RU", 2012)
    >>> told.amount("import"), told.balance("2012"), told.places["total trade"].place
    (20332.0, -13264.0, 3)
    """
    period = str(year)
    cells = frame[frame["partner"].isin([partner, "WORLD"]) & (frame["freq"] == "A")]
    goods = _table(cells, "goods", period, partner)
    members = registry.eu_members(date(int(year), 12, 31))
    among: Among = "inside EU" if partner in members else "outside EU"
    return Facts(
        partner=partner,
        year=period,
        cells=cells,
        goods=goods,
        services=_table(cells, "services", period, partner),
        grown=_grown(cells, goods, period, partner),
        among=among,
        places=_places(frame, goods, period, partner, among),
    )


def _table(cells: pd.DataFrame, kind: Kind, period: str, partner: str) -> str:
    """Choose the table to tell of; for services the newest that has the partner."""
    there = cells[(cells["kind"] == kind) & (cells["period"] == period)]
    own = there[(there["partner"] == partner) & there[VALUE].notna()]
    if there.empty:
        return ""
    if kind == "goods":
        return trade.main_table(there, kind=kind, period=period, partner=partner)
    return str((own if len(own) else there)["table"].iloc[-1])


def _grown(cells: pd.DataFrame, table: str, period: str, partner: str) -> dict[str, dict[Any, Any]]:
    """Compare imports and exports with the year before, where that may be done."""
    rows = cells[(cells["table"] == table) & (cells["partner"] == partner)]
    rows = rows[(rows["level"] == 0) & rows["flow"].isin(FLOWS)]
    if rows.empty:
        return {}
    grown = growth(rows)
    return {row["flow"]: row for row in grown[grown["period"] == period].to_dict("records")}


def _places(
    frame: pd.DataFrame, table: str, period: str, partner: str, among: Among
) -> dict[str, Placed]:
    """Find the place in total trade, imports and exports, with the EU of the time."""
    if not table:
        return {}
    rows = frame[(frame["table"] == table) & (frame["period"] == period) & (frame["level"] == 0)]
    try:
        ranked = rank_partners(rows, period=period, flow=RANKED, among=among, table=table)
    except NoData:  # a part of the partners is never ranked
        return {}
    own = ranked[(ranked["partner"] == partner) & ranked["place"].notna() & (ranked[VALUE] > 0)]
    placed = {row["flow"]: Placed.of(row) for row in own.to_dict("records")}
    return {flow: placed[flow] for flow in RANKED if flow in placed}
