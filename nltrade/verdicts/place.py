"""Read a place among the partners outside the EU: by every flow, with services, with the EU then and now."""

from datetime import date
from itertools import product
from typing import Any

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.ranking import Counted, rank_partners
from nltrade.registry.entries import Claim
from nltrade.verdicts.reading import Placed, Reading, Reason, cells_of

FLOWS = ["total trade", "import", "export", "domestic export"]


def readings(claim: Claim, cells: pd.DataFrame) -> list[Reading]:
    """Make every reading of a place, the one that the claim names first."""
    then, now = date(claim.year, 12, 31), date.today()
    days = {True: then} if registry.eu_members(then) == registry.eu_members(now) else {True: then, False: now}
    flows = sorted(FLOWS, key=lambda flow: flow != claim.flow)
    found = []
    for table, (of_the_time, day) in product(_tables(cells, "goods", claim), days.items()):
        ranked = rank_partners(cells, period=claim.year, flow=flows, members_on=day, table=table)
        for flow in flows:
            of_flow = ranked[ranked["flow"] == flow]
            found.append(_reading(claim, cells, of_flow, [table], flow, "goods", of_the_time))
        for services in _tables(cells, "services", claim):
            both: Counted = "goods and services"
            tables = (table, services)
            ranked = rank_partners(cells, period=claim.year, flow=claim.flow, kind=both, members_on=day, table=tables)
            found.append(_reading(claim, cells, ranked, list(tables), claim.flow, both, of_the_time))
    return found


def _tables(cells: pd.DataFrame, kind: str, claim: Claim) -> list[str]:
    covering = cells[(cells["kind"] == kind) & (cells["period"] == str(claim.year))]
    return list(covering["table"].unique())


def _reading(
    claim: Claim,
    cells: pd.DataFrame,
    ranked: pd.DataFrame,
    tables: list[str],
    flow: str,
    kind: Counted,
    of_the_time: bool,
) -> Reading:
    placed = [_placed(row) for row in ranked.to_dict("records")]
    partner = registry.partner(claim.partner).id
    own = next((place for place in placed if place.partner == partner), None)
    shown = [place.partner for place in placed[:5]] + [partner]
    of_flow = ["import", "export"] if flow == "total trade" else [flow]
    used = cells[
        cells["table"].isin(tables)
        & cells["partner"].isin(shown)
        & cells["flow"].isin(of_flow)
        & (cells["level"] == 0)
        & (cells["period"] == str(claim.year))
    ]
    common: dict[str, Any] = {"tables": tables, "flow": flow, "kind": kind, "of_the_time": of_the_time}
    if own is None:
        missing = Reason("why-missing", {"table": tables[0], "partner": partner, "year": claim.year})
        return Reading(**common, cells=cells_of(used), reasons=[missing] if of_the_time else [])
    front = [place.partner for place in placed if place.place < own.place]
    reading = Reading(
        **common,
        value=own.place,
        margin=own.place - claim.threshold,
        holds=own.place == claim.threshold and (not claim.behind or set(front) == set(claim.behind)),
        place=own,
        first=placed[:5],
        cells=cells_of(used),
    )
    reasons = []
    if own.place == claim.threshold and not reading.holds:
        order = {"what": reading.what, "claimed": claim.behind, "found": front}
        reasons.append(Reason("why-order", order))
    if not reading.certain:
        row = ranked[ranked["partner"] == partner].to_dict("records")[0]
        reasons += _uncertain(reading.what, own, placed, row)
    return msgspec.structs.replace(reading, reasons=reasons if of_the_time else [])


def _placed(row: dict[Any, Any]) -> Placed:
    worst = None if pd.isna(row["worst"]) else int(row["worst"])
    return Placed(row["partner"], row["value_meur"], row["place"], row["best"], worst)


def _uncertain(what: str, own: Placed, placed: list[Placed], row: dict[Any, Any]) -> list[Reason]:
    """Say what could move a place: countries inside a group, trade without a named partner, services."""
    count = int(row["hidden"])
    reasons = [Reason(f"why-hidden-{count if count < 2 else 'more'}", {"what": what, "count": count})]
    gift, services = row["unallocated_meur"], row["services_meur"]
    up = [other for other in placed if own.value_meur < other.value_meur <= own.value_meur + gift]
    down = [other for other in placed if own.value_meur - gift < other.value_meur <= own.value_meur and other != own]
    cases = []
    if up:
        cases.append((own.place - len(up), up[0].partner, up[0].value_meur))
    if down:
        cases.append((own.place + 1, down[0].partner, down[0].value_meur))
    if cases:
        values = {"what": what, "gift": gift, "partner": own.partner, "value": own.value_meur, "cases": cases}
        reasons.append(Reason("why-gift", values))
    if services and own.worst is not None and own.worst > own.place + count + len(down[:1]):
        reasons.append(Reason("why-services", {"what": what, "gift": services, "partner": own.partner}))
    return reasons
