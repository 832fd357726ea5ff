"""Read a place among the partners: by every flow, with services, with the EU then and now."""

from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

from nltrade import registry
from nltrade.claims import absence
from nltrade.claims.operators import Asserted
from nltrade.claims.reading import Cell, Placed, Reading, Reason, is_cbs, rounded_to
from nltrade.questions import frame as shape
from nltrade.questions.cells import Cells
from nltrade.questions.places import DIGITS
from nltrade.questions.ranking import Counted, Ranking
from nltrade.registry.entries import Claim, Kind
from nltrade.sources.gaps import is_whole

FLOWS = {
    "goods": ["total trade", "import", "export", "domestic export"],
    "services": ["total trade", "import", "export"],
}
BOTH: Counted = "goods and services"
FIRST = 5  # places that are shown


class _Asked(NamedTuple):
    """A claim on a place with the cells that it is about, narrowed once to its year."""

    claim: Claim
    partner: str
    kind: Kind
    everything: pd.DataFrame  # of other years and products too
    cells: pd.DataFrame  # of the product; of all goods, those of all services too
    rows: list[dict[Any, Any]]  # the same
    tables: dict[str, Kind]  # that count in a verdict
    is_complete: dict[str, bool]  # by table

    @classmethod
    def of(cls, claim: Claim, cells: pd.DataFrame) -> "_Asked":
        of_year = cells[cells["period"] == str(claim.year)]
        products = [claim.product, "S"] if claim.product == "TOTAL" else [claim.product]
        near = of_year[of_year["product"].isin(products)]
        kinds = of_year.drop_duplicates("table").set_index("table")["kind"]
        is_whole_year = of_year["complete"].eq(True).fillna(False).astype(bool)  # it can be unknown
        return cls(
            claim=claim,
            partner=registry.partner(claim.partner).id,
            kind=registry.product(claim.product).kind,
            everything=cells,
            cells=near,
            rows=near.to_dict("records"),
            tables={table: kind for table, kind in kinds.items() if is_cbs(table)},
            is_complete=is_whole_year.groupby(of_year["table"]).all().to_dict(),
        )

    def of_kind(self, kind: Kind) -> list[str]:
        return [table for table, its in self.tables.items() if its == kind]

    def of_table(self, table: str, product: str) -> Cells:
        rows = [row for row in self.rows if (row["table"], row["product"]) == (table, product)]
        return Cells.of(table, rows)

    def absent(self, table: str) -> absence.Absent:
        return absence.of_place(self.claim, self.everything, table)


class _Way(NamedTuple):
    """A way to rank: by one flow, in a table of goods or in one with a table of services beside."""

    tables: list[str]
    cells: list[Cells]
    flow: str


def readings(claim: Claim, cells: pd.DataFrame) -> list[Reading]:
    """
    Make every reading of a place, the one that the claim names first.

    A claim on total trade ("trade partner") is judged by every flow, with the EU of the time; a
    claim that names a flow by that flow alone. The other readings are there to see.
    """
    asked = _Asked.of(claim, cells)
    shape.require_flows(nw.from_native(asked.cells))
    shape.require_partners(nw.from_native(asked.cells))

    services = _services_beside(asked)
    found: list[Reading] = []
    for table in asked.of_kind(asked.kind):
        own = asked.of_table(table, claim.product)
        absent = _lacking(asked, own)
        ways = [] if absent else _ways(asked, own, services)
        for of_the_time, day in _days(claim).items():
            if gone := _on_the_other_side(asked, day) or absent:
                about = {"flow": claim.flow, "kind": asked.kind, "judged": of_the_time}
                found.append(_without(gone, tables=[table], of_the_time=of_the_time, **about))
                continue
            for way in ways:
                ranking = Ranking.of(way.cells, str(claim.year), way.flow, claim.among, day)
                found.append(_reading(asked, way, ranking, of_the_time))
    return found


def _days(claim: Claim) -> dict[bool, date]:
    """Give the days on which membership of the EU is taken: then, and now where that differs."""
    then = date(claim.year, 12, 31)
    if claim.among == "all" or registry.eu_members(then) == registry.eu_members():
        return {True: then}
    return {True: then, False: date.max}


def _on_the_other_side(asked: _Asked, day: date) -> absence.Absent | None:
    """Say that a partner is, or is not, a member of the EU, where the claim is on the others."""
    is_member = asked.partner in registry.eu_members(day)
    if asked.claim.among == "all" or is_member == (asked.claim.among == "inside EU"):
        return None
    id = "why-member" if is_member else "why-no-member"
    return "no-place", [Reason(id, {"partner": asked.partner, "year": asked.claim.year})]


def _lacking(asked: _Asked, own: Cells) -> absence.Absent | None:
    """Say why a table gives no place to anybody; None where it does."""
    product, flow = asked.claim.product, asked.claim.flow
    if not own.values or (flow != "total trade" and flow not in own.values):
        return asked.absent(own.table)
    if not is_whole(asked.cells, table=own.table, product=product):
        return "no-place", [Reason("why-not-whole", {"table": own.table})]
    return None


def _without(absent: absence.Absent, **about: Any) -> Reading:
    gap, reasons = absent
    return Reading(gap=gap, reasons=reasons if about["of_the_time"] else [], **about)


def _services_beside(asked: _Asked) -> list[Cells]:
    """Give all services by table, where they can be added to all goods."""
    if asked.claim.product != "TOTAL" or asked.claim.flow not in FLOWS["services"]:
        return []
    whole = [t for t in asked.of_kind("services") if is_whole(asked.cells, table=t, product="S")]
    return [asked.of_table(table, "S") for table in whole]


def _ways(asked: _Asked, own: Cells, services: list[Cells]) -> list[_Way]:
    """List the flows of a table, that of the claim first; all goods with services beside too."""
    named = asked.claim.flow
    flows = [named, *(flow for flow in FLOWS[asked.kind] if flow != named)]
    of_table = asked.everything["table"] == own.table
    published = {"total trade", *asked.everything.loc[of_table, "flow"]}

    alone = [_Way([own.table], [own], flow) for flow in flows if flow in published]
    together = [_Way([own.table, other.table], [own, other], named) for other in services]
    return alone + together


def _reading(asked: _Asked, way: _Way, ranking: Ranking, of_the_time: bool) -> Reading:
    """Read the place of a partner in one ranking."""
    claim = asked.claim
    kind = BOTH if len(way.tables) > 1 else asked.kind
    is_named = way.flow == claim.flow and kind != BOTH
    about: dict[str, Any] = {
        "tables": way.tables,
        "flow": way.flow,
        "kind": kind,
        "of_the_time": of_the_time,
        "judged": of_the_time and (is_named or claim.flow == "total trade"),
        "complete": all(asked.is_complete[table] for table in way.tables),
        "cells": _used(asked, way, ranking.partners[:FIRST]),
    }
    if asked.partner not in ranking.partners:
        return _without(asked.absent(way.tables[0]), **about)
    return _compared(asked, ranking, is_named, about)


def _compared(asked: _Asked, ranking: Ranking, is_named: bool, about: dict[str, Any]) -> Reading:
    """Compare a place with the one that is claimed."""
    claim, at = asked.claim, ranking.partners.index(asked.partner)
    last = max(FIRST, at + 2)
    rows = [ranking.row(each) for each in range(len(ranking.partners))[:last]]
    placed = [Placed.of(row) for row in rows]
    own = placed[at]
    front = [one for one in placed if one.place < own.place]

    holds, is_open, reasons = None, False, []
    if not about["complete"]:
        reasons = [Reason("why-part-year", {"year": claim.year})]
    elif own.best is None:
        reasons = [Reason("why-unbounded", {"what": about["flow"]})]
    elif is_named:
        free = rows[at]["unallocated_meur"]
        step = rounded_to(about["tables"][0], asked.everything)
        holds = _held(claim, ranking, front, own, free=free, step=step)
        is_open = holds is None
        reasons = [*_order(claim, front, own, holds), *_uncertain(own, rows[at], claim.flow)]
    else:
        holds = _goes_with(claim, front, own)

    return Reading(
        **about,
        value=own.place,
        low=own.best,
        high=own.worst,
        margin=own.place - claim.threshold,
        holds=holds,
        open=is_open,
        place=own,
        first=placed[:FIRST],
        neighbours=[*placed[max(at - 1, 0) : at], *placed[at + 1 : at + 2]],
        reasons=reasons if about["of_the_time"] else [],
    )


def _used(asked: _Asked, way: _Way, first: list[str]) -> list[Cell]:
    """Choose the cells that the first places and the partner's own are made of."""
    flows = ["import", "export"] if way.flow == "total trade" else [way.flow]
    shown = {asked.partner, *first}
    used = [row for row in asked.rows if row["partner"] in shown and row["flow"] in flows]
    return [Cell.of(row) for row in used if row["table"] in way.tables]


def _behind(claim: Claim) -> list[str]:
    return [registry.partner(name).id for name in claim.behind]


def _held(
    claim: Claim,
    ranking: Ranking,
    front: list[Placed],
    own: Placed,
    *,
    free: float,
    step: Fraction,
) -> bool | None:
    """Tell whether every possible place is the one claimed; None where that is left open."""
    behind = _behind(claim)
    worst = None if own.worst is None else Fraction(own.worst)
    holds = Asserted.of(claim).decide(Fraction(own.best or 0), worst)
    if not behind or holds is False:
        return holds

    # Of two rounded flows, rounding alone can close a gap of one step.
    close = float(step) if claim.flow == "total trade" else 0.0
    if not _could_be(behind, ranking, own, free=free, close=close):
        return False
    is_sure = [one.partner for one in front] == behind and all(one.certain for one in front)
    return holds if is_sure else None


def _goes_with(claim: Claim, front: list[Placed], own: Placed) -> bool:
    """Tell whether the place found in another flow than the one claimed is the same."""
    is_order = not claim.behind or {one.partner for one in front} == set(_behind(claim))
    return Asserted.of(claim).hold(Fraction(own.place)) and is_order


def _order(claim: Claim, front: list[Placed], own: Placed, holds: bool | None) -> list[Reason]:
    """Say who is ahead, where the claim names others or what is not published leaves it open."""
    if not claim.behind or holds or own.place != claim.threshold:
        return []
    id = "why-order" if holds is False else "why-order-open"
    found = [one.partner for one in front]
    return [Reason(id, {"claimed": _behind(claim), "found": found})]


def _could_be(
    behind: list[str], ranking: Ranking, own: Placed, *, free: float, close: float
) -> bool:
    """
    Tell whether the partners named can be ahead, in their order, by trade without a named partner.

    From the last of them to the first, each has to reach the one behind it; the least that takes is
    what they need together.
    """
    values = dict(zip(ranking.partners, ranking.values, strict=True))
    if not set(behind) <= set(values):
        return False

    others = [value for id, value in values.items() if id not in {*behind, own.partner}]
    chain = [values[id] for id in behind] + [own.value_meur, max(others, default=0.0)]

    needed, level = 0.0, chain[-1]
    for value in reversed(chain[:-1]):
        needed += max(level - value - close, 0.0)
        level = max(level, value)
    return round(needed - free, DIGITS) <= 0


def _uncertain(own: Placed, row: dict[Any, Any], what: str) -> list[Reason]:
    """Say in one sentence what could move a place; nothing where it is certain."""
    if own.certain:
        return []

    hidden = int(row["hidden"])
    could = [
        ("cause-hidden" if hidden > 1 else "cause-one-hidden", hidden),
        ("cause-gift", row["unallocated_meur"]),
        ("cause-services", row["services_meur"]),
    ]
    causes = [(id, amount) for id, amount in could if amount] or [("cause-tie", 0)]
    id = "why-uncertain" if own.worst is not None else "why-uncertain-below"
    about = {"what": what, "best": own.best, "worst": own.worst, "causes": causes}
    return [Reason(id, about)]
