"""Read a place among the partners: by every flow, with services, with the EU then and now."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd
from msgspec.structs import replace

from nltrade import registry
from nltrade.claims import absence
from nltrade.claims.operators import Asserted
from nltrade.claims.reading import Placed, Reading, Reason, cells_of, is_cbs
from nltrade.errors import NoData
from nltrade.questions.ranking import Counted, rank_partners
from nltrade.registry.entries import Claim
from nltrade.sources.gaps import is_whole

FLOWS = {
    "goods": ["total trade", "import", "export", "domestic export"],
    "services": ["total trade", "import", "export"],
}
BOTH: Counted = "goods and services"
FIRST = 5  # places that are shown


def readings(claim: Claim, cells: pd.DataFrame) -> list[Reading]:
    """
    Make every reading of a place, the one that the claim names first.

    A claim on total trade ("trade partner") is judged by every flow, with the EU of the time; a
    claim that names a flow by that flow alone. The other readings are there to see.
    """
    kind = registry.product(claim.product).kind

    return [
        reading
        for table in _tables(claim, cells, kind)
        for of_the_time, day in _days(claim).items()
        for reading in _of_table(claim, cells, table, day, of_the_time)
    ]


def _days(claim: Claim) -> dict[bool, date]:
    """Give the days on which membership of the EU is taken: then, and now where that differs."""
    then = date(claim.year, 12, 31)
    if claim.among == "all" or registry.eu_members(then) == registry.eu_members():
        return {True: then}
    return {True: then, False: date.max}


def _tables(claim: Claim, cells: pd.DataFrame, kind: str) -> list[str]:
    covering = cells[(cells["kind"] == kind) & (cells["period"] == str(claim.year))]
    return [table for table in covering["table"].unique() if is_cbs(table)]


def _of_table(
    claim: Claim, cells: pd.DataFrame, table: str, day: date, of_the_time: bool
) -> Iterator[Reading]:
    """Read a place in one table, and in that table with each table of services."""
    kind = registry.product(claim.product).kind
    published = {"total trade", *cells.loc[cells["table"] == table, "flow"]}
    flows = [claim.flow, *(flow for flow in FLOWS[kind] if flow != claim.flow)]
    here = [flow for flow in flows if flow in published]
    asked: dict[str, Any] = {"period": claim.year, "members_on": day, "among": claim.among}

    absent = _absent(claim, cells, table, day)
    if absent is None:
        try:
            of_kind: dict[str, Any] = {"kind": kind, "product": claim.product, "table": table}
            ranked = rank_partners(cells, flow=here, **of_kind, **asked)
        except NoData:
            absent = absence.of_place(claim, cells, table)

    if absent is not None:
        gap, reasons = absent
        yield Reading(
            tables=[table],
            flow=claim.flow,
            kind=kind,
            of_the_time=of_the_time,
            judged=of_the_time,
            gap=gap,
            reasons=reasons if of_the_time else [],
        )
        return

    for flow in here:
        of_flow = ranked[ranked["flow"] == flow]
        yield _reading(claim, cells, of_flow, [table], flow=flow, of_the_time=of_the_time)

    if claim.product != "TOTAL" or claim.flow not in FLOWS["services"]:
        return
    for services in _tables(claim, cells, "services"):
        if is_whole(cells, table=services, product="S", period=str(claim.year)):
            tables = (table, services)
            ranked = rank_partners(cells, flow=claim.flow, kind=BOTH, table=tables, **asked)
            yield _reading(
                claim, cells, ranked, [*tables], flow=claim.flow, of_the_time=of_the_time
            )


def _absent(
    claim: Claim, cells: pd.DataFrame, table: str, day: date
) -> tuple[str, list[Reason]] | None:
    """Say why a table gives no place to a partner; None where it does."""
    partner, year = registry.partner(claim.partner).id, str(claim.year)
    is_member = partner in registry.eu_members(day)
    if claim.among != "all" and is_member != (claim.among == "inside EU"):
        id = "why-member" if is_member else "why-no-member"
        return "no-place", [Reason(id, {"partner": partner, "year": claim.year})]

    rows = cells[(cells["table"] == table) & (cells["period"] == year)]
    rows = rows[rows["product"] == claim.product]
    if rows.empty or claim.flow not in {"total trade", *rows["flow"]}:
        return absence.of_place(claim, cells, table)
    if not is_whole(cells, table=table, product=claim.product, period=year):
        return "no-place", [Reason("why-not-whole", {"table": table})]

    return None


def _reading(
    claim: Claim,
    cells: pd.DataFrame,
    ranked: pd.DataFrame,
    tables: list[str],
    *,
    flow: str,
    of_the_time: bool,
) -> Reading:
    """Read the place of a partner in one ranking."""
    kind = BOTH if len(tables) > 1 else registry.product(claim.product).kind
    is_named = flow == claim.flow and kind != BOTH
    partner = registry.partner(claim.partner).id
    rows = ranked.to_dict("records")
    placed = [Placed.of(row) for row in rows]

    of_year = cells[cells["table"].isin(tables) & (cells["period"] == str(claim.year))]
    shown = {partner, *(place.partner for place in placed[:FIRST])}
    reading = Reading(
        tables=tables,
        flow=flow,
        kind=kind,
        of_the_time=of_the_time,
        judged=of_the_time and (is_named or claim.flow == "total trade"),
        complete=bool(of_year["complete"].all()),
        cells=cells_of(_used(claim, of_year, flow, shown)),
    )

    at = next((at for at, place in enumerate(placed) if place.partner == partner), None)
    if at is None:
        gap, reasons = absence.of_place(claim, cells, tables[0])
        return replace(reading, gap=gap, reasons=reasons if of_the_time else [])
    return _placed(claim, reading, placed, at, rows[at], is_named)


def _placed(
    claim: Claim,
    reading: Reading,
    placed: list[Placed],
    at: int,
    row: dict[Any, Any],
    is_named: bool,
) -> Reading:
    """Compare the place that a partner has with the one claimed."""
    own = placed[at]
    holds, open = _held(claim, placed, own, row, is_named)
    reasons = []
    if is_named:
        reasons = [*_order(claim, placed, own, holds), *_uncertain(own, row, reading.what)]

    if not reading.complete or own.best is None:
        holds, open = None, False
        unbounded = Reason("why-unbounded", {"what": reading.flow})
        part_year = Reason("why-part-year", {"year": claim.year})
        reasons = [unbounded if reading.complete else part_year]

    return replace(
        reading,
        value=own.place,
        low=own.best,
        high=own.worst,
        margin=own.place - claim.threshold,
        holds=holds,
        open=open,
        place=own,
        first=placed[:FIRST],
        neighbours=[*placed[max(at - 1, 0) : at], *placed[at + 1 : at + 2]],
        reasons=reasons if reading.of_the_time else [],
    )


def _used(claim: Claim, cells: pd.DataFrame, flow: str, partners: set[str]) -> pd.DataFrame:
    """Choose the cells that the first places and the partner's own are made of."""
    flows = ["import", "export"] if flow == "total trade" else [flow]
    products = {claim.product, *(["S"] if claim.product == "TOTAL" else [])}
    used = cells[cells["flow"].isin(flows) & cells["product"].isin(products)]
    return used[used["partner"].isin(partners)]


def _behind(claim: Claim) -> list[str]:
    return [registry.partner(name).id for name in claim.behind]


def _held(
    claim: Claim, placed: list[Placed], own: Placed, row: dict[Any, Any], named: bool
) -> tuple[bool | None, bool]:
    """
    Tell whether a place is the one claimed, and whether what is not published leaves that open.

    In the flow that the claim names, every place that is possible decides; in the others, which
    only go with it, the place that is found.
    """
    asserted, behind = Asserted.of(claim), _behind(claim)
    front = [place for place in placed if place.place < own.place]
    names = [place.partner for place in front]

    if not named:
        in_front = not behind or set(names) == set(behind)
        return asserted.hold(Fraction(own.place)) and in_front, False
    if own.best is None:
        return None, False

    worst = None if own.worst is None else Fraction(own.worst)
    holds = asserted.decide(Fraction(own.best), worst)
    if behind and holds is not False:
        sure = names == behind and all(place.certain for place in front)
        close = 1.0 if claim.flow == "total trade" else 0.0
        if not _could_be(behind, placed, own, free=row["unallocated_meur"], close=close):
            holds = False
        elif not sure:
            holds = None
    return holds, holds is None


def _order(claim: Claim, placed: list[Placed], own: Placed, holds: bool | None) -> list[Reason]:
    """Say who is ahead, where the claim names others or what is not published leaves it open."""
    behind = _behind(claim)
    front = [place.partner for place in placed if place.place < own.place]
    if not behind or holds or own.place != claim.threshold:
        return []

    id = "why-order" if holds is False else "why-order-open"
    return [Reason(id, {"claimed": behind, "found": front})]


def _could_be(
    behind: list[str], placed: list[Placed], own: Placed, *, free: float, close: float
) -> bool:
    """
    Tell whether the partners named can be ahead, in their order, by trade without a named partner.

    From the last of them to the first, each has to reach the one behind it; the least that takes is
    what they need together. Of two rounded flows, rounding alone can close a gap of a million.
    """
    values = {place.partner: place.value_meur for place in placed}
    if not set(behind) <= set(values):
        return False

    others = [value for id, value in values.items() if id not in {*behind, own.partner}]
    chain = [values[id] for id in behind] + [own.value_meur, max(others, default=0.0)]

    needed, level = 0.0, chain[-1]
    for value in reversed(chain[:-1]):
        needed += max(level - value - close, 0.0)
        level = max(level, value)
    return needed <= free


def _uncertain(own: Placed, row: dict[Any, Any], what: str) -> list[Reason]:
    """Say in one sentence what could move a place; nothing where it is certain."""
    if own.certain or own.best is None:
        return []

    count, gift, services = int(row["hidden"]), row["unallocated_meur"], row["services_meur"]
    causes = []
    if count:
        causes.append(("cause-hidden" if count > 1 else "cause-one-hidden", count))
    if gift:
        causes.append(("cause-gift", gift))
    if services:
        causes.append(("cause-services", services))

    if not causes:
        causes.append(("cause-tie", 0))

    id = "why-uncertain" if own.worst is not None else "why-uncertain-below"
    about = {"what": what, "best": own.best, "worst": own.worst, "causes": causes}
    return [Reason(id, about)]
