"""Why there is no figure to compare: withheld, not in the table, not here; and what brings it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.claims.reading import Reading, Reason
from nltrade.errors import NoData, UnknownName
from nltrade.questions.moves import like_for_like
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Claim
from nltrade.sources.gaps import Gap, commands, gap

Absent = tuple[str, list[Reason]]  # id of the label that says it in short, and the reasons
NO_GAP = ("value", "zero")


def of_figure(
    claim: Claim, cells: pd.DataFrame, row: Mapping[Any, Any] | None, table: str
) -> Absent:
    """Say why a table has no figure for a claim, or none that may be compared."""
    if row is None or pd.isna(row[VALUE]):
        return of_place(claim, cells, table)
    return _no_rate(claim, cells, table, row.get("growth_note", ""))


def _no_rate(claim: Claim, cells: pd.DataFrame, table: str, note: str) -> Absent:
    """Say why there is a figure for the year, but no rate or share of it."""
    about = {"year": claim.year, "previous": claim.year - 1}
    if claim.measure == "share":
        return "no-share", [Reason("why-no-total", about)]

    if note.startswith("method break"):
        return "no-rate", [Reason("why-break", about)]
    if note in ("part-year", "not known to be a whole year"):
        return "no-rate", [Reason("why-part-year", about)]

    before = _gap(claim, cells, table, claim.year - 1)
    if before.kind == "not at hand":
        return "no-rate", [Reason("why-not-here", about | {"command": before.command})]
    if note.startswith("other members"):
        return "no-rate", [Reason("why-members", about), *_alike(claim, cells, table)]

    ids = {"withheld": "why-previous-withheld", "not in the table": "why-no-previous"}
    return "no-rate", [Reason(ids.get(before.kind, "why-from-nothing"), about)]


def _alike(claim: Claim, cells: pd.DataFrame, table: str) -> list[Reason]:
    """Offer the rate of those that were members in both years, where all of them are published."""
    asked: dict[str, Any] = {"period": claim.year, "flow": claim.flow, "product": claim.product}
    of_table = cells[cells["table"] == table]
    try:
        found = like_for_like(of_table, registry.partner(claim.partner).id, **asked)
    except (NoData, UnknownName):
        return []

    rates = found.loc[found["growth_pct"].notna(), ["members", "growth_pct"]]
    return [
        Reason("why-alike", {"members": int(row.members), "rate": float(row.growth_pct)})
        for row in rates.itertuples()
    ]


def _gap(claim: Claim, cells: pd.DataFrame, table: str, year: int) -> Gap:
    """Tell which gap a claim meets in a table: the first of its two flows that has no value."""
    both = claim.flow in ("total trade", "balance")
    flows = ["import", "export"] if both else [claim.flow]
    partner = registry.partner(claim.partner).id

    cell = {"table": table, "partner": partner, "product": claim.product, "period": str(year)}
    found = [gap(cells, flow=flow, **cell) for flow in flows]
    return next((each for each in found if each.kind not in NO_GAP), found[0])


def of_place(claim: Claim, cells: pd.DataFrame, table: str) -> Absent:
    """Say why a table has no cell for a claim, and what would bring it where something does."""
    found = _gap(claim, cells, table, claim.year)
    partner, year = registry.partner(claim.partner).id, str(claim.year)
    about = {"partner": partner, "year": claim.year, "product": claim.product, "what": claim.flow}

    if found.kind == "not at hand":
        return "not-on-this-machine", [Reason("why-not-here", about | {"command": found.command})]
    if found.kind != "not in the table":
        return "not published", [Reason("why-withheld", about)]

    has_partner = gap(cells, table=table, partner=partner, period=year).kind != found.kind
    has_product = gap(cells, table=table, product=claim.product, period=year).kind != found.kind
    id = "why-flow" if has_partner else "why-no-partner"
    reasons = [Reason(id if has_product else "why-no-product", about)]

    if bring := _elsewhere(claim, cells, table):
        reasons.append(Reason("why-elsewhere", {"command": bring}))
    return "not in the table", reasons


def of_year(claim: Claim, cells: pd.DataFrame) -> list[Reading]:
    """Say of a year that no table here covers why it is not, in a table that can bring it."""
    kind, year = registry.product(claim.product).kind, str(claim.year)
    found = []
    for id, table in registry.tables().items():
        if table.kind == kind and table.covers(year):
            gap, reasons = of_place(claim, cells, id)
            found.append(Reading(tables=[id], flow=claim.flow, kind=kind, gap=gap, reasons=reasons))
    return sorted(found, key=lambda reading: reading.gap != "not-on-this-machine")[:1]


def _elsewhere(claim: Claim, cells: pd.DataFrame, table: str) -> str:
    """Give the command for a table that has a figure and counts in the same way; else nothing."""
    found = commands(
        cells,
        kind=registry.product(claim.product).kind,
        partner=registry.partner(claim.partner).id,
        product=claim.product,
        period=str(claim.year),
        flow={"balance": "total trade"}.get(claim.flow, claim.flow),
    )
    concepts = {id: other.concept for id, other in registry.tables().items()}
    alike = [id for id, concept in concepts.items() if concept == concepts.get(table)]
    return next((command for command in found if set(alike) & set(command.split())), "")
