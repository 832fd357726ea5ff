"""Read a place among the partners outside the EU: by every flow, with services, with the EU then and now."""

from datetime import date
from itertools import product
from typing import Any

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.claims.reading import Placed, Reading, Reason, cells_of, to_fetch, why_absent
from nltrade.errors import NoData
from nltrade.questions.ranking import Counted, rank_partners
from nltrade.registry.entries import Claim

FLOWS = {
    "goods": ["total trade", "import", "export", "domestic export"],
    "services": ["total trade", "import", "export"],
}


def readings(claim: Claim, cells: pd.DataFrame) -> list[Reading]:
    """
    Make every reading of a place, the one that the claim names first.

    A claim on total trade ("trade partner") is judged by every flow, with the EU of the time; a claim that names a
    flow by that flow alone. The other readings are there to see.
    """
    kind = registry.product(claim.product).kind
    then = date(claim.year, 12, 31)
    days = (
        {True: then}
        if registry.eu_members(then) == registry.eu_members()
        else {True: then, False: date.max}
    )
    flows = [claim.flow, *(flow for flow in FLOWS[kind] if flow != claim.flow)]
    add_services = claim.product == "TOTAL" and claim.flow in FLOWS["services"]
    found = []
    for table, (of_the_time, day) in product(_tables(cells, kind, claim), days.items()):
        members = registry.eu_members(day)
        asked: dict[str, Any] = {"period": claim.year, "members_on": day}
        if registry.partner(claim.partner).id in members:
            reason = Reason(
                "why-member", {"partner": registry.partner(claim.partner).id, "year": claim.year}
            )
            found.append(
                Reading(
                    tables=[table],
                    flow=claim.flow,
                    kind=kind,
                    of_the_time=of_the_time,
                    reasons=[reason],
                )
            )
            continue
        published = {"total trade", *cells.loc[cells["table"] == table, "flow"]}
        here = [flow for flow in flows if flow in published]
        if claim.flow not in published:
            reason = Reason("why-flow", {"table": table, "what": claim.flow})
            found.append(
                Reading(
                    tables=[table],
                    flow=claim.flow,
                    kind=kind,
                    of_the_time=of_the_time,
                    reasons=[reason],
                )
            )
            continue
        try:
            ranked = rank_partners(
                cells, flow=here, kind=kind, product=claim.product, table=table, **asked
            )
        except NoData:
            absent = why_absent(claim, cells[cells["table"] == table], cells.head(0))
            reason = Reason(absent, {"table": table, "fetch": to_fetch(claim)})
            found.append(
                Reading(
                    tables=[table],
                    flow=claim.flow,
                    kind=kind,
                    of_the_time=of_the_time,
                    reasons=[reason],
                )
            )
            continue
        for flow in here:
            of_flow = ranked[ranked["flow"] == flow]
            found.append(_reading(claim, cells, of_flow, [table], flow, kind, of_the_time))
        for services in _tables(cells, "services", claim) if add_services else []:
            both: Counted = "goods and services"
            tables = (table, services)
            ranked = rank_partners(cells, flow=claim.flow, kind=both, table=tables, **asked)
            found.append(
                _reading(claim, cells, ranked, list(tables), claim.flow, both, of_the_time)
            )
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
    placed = [Placed.of(row) for row in ranked.to_dict("records")]
    partner = registry.partner(claim.partner).id
    at = next((at for at, place in enumerate(placed) if place.partner == partner), None)
    of_flow = ["import", "export"] if flow == "total trade" else [flow]
    codes = [claim.product, "S"] if kind == "goods and services" else [claim.product]
    of_year = cells[cells["table"].isin(tables) & (cells["period"] == str(claim.year))]
    used = of_year[of_year["flow"].isin(of_flow) & of_year["product"].isin(codes)]
    used = used[used["partner"].isin([place.partner for place in placed[:5]] + [partner])]
    named = flow == claim.flow and kind != "goods and services"
    common: dict[str, Any] = {
        "tables": tables,
        "flow": flow,
        "kind": kind,
        "of_the_time": of_the_time,
        "judged": of_the_time and (named or claim.flow == "total trade"),
        "cells": cells_of(used),
    }
    if at is None:
        own_cells = of_year[(of_year["table"] == tables[0]) & (of_year["partner"] == partner)]
        absent = why_absent(claim, of_year[of_year["table"] == tables[0]], own_cells)
        about = {
            "table": tables[0],
            "partner": partner,
            "year": claim.year,
            "fetch": to_fetch(claim),
        }
        return Reading(**common, reasons=[Reason(absent, about)])
    own = placed[at]
    front = [place.partner for place in placed if place.place < own.place]
    behind = [registry.partner(name).id for name in claim.behind]
    in_order = front == behind if named else set(front) == set(behind)
    reasons = []
    holds: bool | None = own.place == claim.threshold and (not behind or in_order)
    if own.place == claim.threshold and not holds:
        reasons.append(Reason("why-order", {"what": flow, "claimed": behind, "found": front}))
    if not of_year["complete"].all():
        holds, reasons = None, [Reason("why-part-year", {"table": tables[0], "year": claim.year})]
    elif own.best is None:
        holds, reasons = None, [Reason("why-unbounded", {"table": tables[0], "what": flow})]
    reading = Reading(
        **common,
        value=own.place,
        margin=own.place - claim.threshold,
        holds=holds,
        place=own,
        first=placed[:5],
        neighbours=[*placed[max(at - 1, 0) : at], *placed[at + 1 : at + 2]],
    )
    if holds is not None and not reading.certain:
        row = ranked[ranked["partner"] == partner].to_dict("records")[0]
        reasons += _uncertain(tables[0], reading.what, own, placed, row)
    return msgspec.structs.replace(reading, reasons=reasons if of_the_time else [])


def _uncertain(
    table: str, what: str, own: Placed, placed: list[Placed], row: dict[Any, Any]
) -> list[Reason]:
    """Say what could move a place: countries inside a group, trade without a named partner, services."""
    count = int(row["hidden"])
    reasons = [
        Reason(
            f"why-hidden-{count if count < 2 else 'more'}",
            {"table": table, "what": what, "count": count},
        )
    ]
    gift, services = row["unallocated_meur"], row["services_meur"]
    up = [other for other in placed if own.value_meur < other.value_meur <= own.value_meur + gift]
    down = [
        other
        for other in placed
        if own.value_meur - gift < other.value_meur <= own.value_meur and other != own
    ]
    cases = []
    if up:
        cases.append((own.place - len(up), up[0].partner, up[0].value_meur))
    if down:
        cases.append((own.place + 1, down[0].partner, down[0].value_meur))
    if cases:
        values = {"partner": own.partner, "value": own.value_meur, "cases": cases}
        reasons.append(Reason("why-gift", {"table": table, "what": what, "gift": gift, **values}))
    if services and own.worst is not None and own.worst > own.place + count + len(down[:1]):
        reasons.append(
            Reason(
                "why-services",
                {"table": table, "what": what, "gift": services, "partner": own.partner},
            )
        )
    return reasons
