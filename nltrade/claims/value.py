"""Read a value, a share or a growth rate in every table that covers the year."""

import itertools
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd
from msgspec.structs import replace

from nltrade import registry
from nltrade.claims import absence
from nltrade.claims.operators import Asserted, as_given
from nltrade.claims.reading import Cell, Reading, Reason, is_cbs, rounded_to
from nltrade.claims.verdict import WRITTEN
from nltrade.questions import trade
from nltrade.questions.frame import KEY, TOTAL_OF, VALUE
from nltrade.questions.growth import growth
from nltrade.registry.entries import FLOWS, Claim, Whole
from nltrade.rounding import exact

# A value so many times the claimed one, or within a factor two of that, is a unit mistaken.
UNITS = {"value": [10**3, 10**6], "share": [10**2], "growth": [10**2]}
MADE = {"total trade": trade.total, "balance": trade.balance}


class Answers(NamedTuple):
    """What claims on values, shares and growth rates need, taken out of the cells once."""

    tables: dict[tuple[str, str], list[str]]  # by kind and period
    cells: dict[tuple[str, ...], tuple[int, Cell]]  # with their order
    rows: dict[tuple[str, Whole | None], dict[tuple[str, ...], dict[Any, Any]]]  # by what is asked

    @classmethod
    def to(cls, claims: Iterable[Claim], cells: pd.DataFrame) -> "Answers":
        """Work out what claims are about: of several that ask alike, once."""
        asked = [claim for claim in claims if claim.measure != "place"]
        partners = {"WORLD", *(registry.partner(claim.partner).id for claim in asked)}
        near = cells[cells["partner"].isin(partners)]

        tables: dict[tuple[str, str], list[str]] = {}
        for kind, period, table in cells[["kind", "period", "table"]].drop_duplicates().to_numpy():
            tables.setdefault((kind, period), []).append(table)

        flows = {claim.flow for claim in asked}
        made = [make(near) for flow, make in MADE.items() if flow in flows]
        published = set(FLOWS) - set(MADE)
        amounts = pd.concat([near[near["flow"].isin(published)], *made])
        rows = {}
        for measure, of in dict.fromkeys(map(_question, asked)):
            found = _measured(amounts, measure, of).to_dict("records")
            rows[measure, of] = {tuple(row[name] for name in KEY): row for row in found}

        listed = enumerate(near.to_dict("records"))
        known = {tuple(row[name] for name in KEY): (at, Cell.of(row)) for at, row in listed}
        return cls(tables, known, rows)


def _question(claim: Claim) -> tuple[str, Whole | None]:
    """Tell what is asked for a claim: what is measured and, of a share, in which whole."""
    return claim.measure, claim.of if claim.measure == "share" else None


def _measured(amounts: pd.DataFrame, measure: str, of: Whole | None) -> pd.DataFrame:
    """Give rows with the amounts that a figure is made of."""
    if of:
        return trade.share(amounts, of=of)
    # What rounding makes of a small amount is in the range of the reading.
    return growth(amounts, small_amounts=True) if measure == "growth" else amounts


def readings(claim: Claim, cells: pd.DataFrame, answers: Answers) -> list[Reading]:
    """
    Read a value, share or growth rate in every table that covers the year.

    Figures of other sources stand beside these as a second opinion, where there are any: they are
    counted in another way, and never make a verdict.
    """
    kind = registry.product(claim.product).kind
    tables = answers.tables.get((kind, str(claim.year)), [])
    found = [_reading(claim, cells, answers, table) for table in tables]
    own = [reading for reading in found if is_cbs(reading.tables[0])]

    return own + [_second(claim, r) for r in found if r not in own and r.value is not None]


def _second(claim: Claim, reading: Reading) -> Reading:
    """Turn a reading into a second opinion, which is seen and not judged."""
    amount = (WRITTEN[claim.measure], reading.value)
    about = {"value": amount, "partner": claim.partner, "table": reading.tables[0]}
    by_partner = registry.table(reading.tables[0]).note == "as-reported-by-the-partner"
    id = "why-partner-says" if by_partner else "why-another-source"

    seen = {"judged": False, "holds": None, "open": False, "reasons": [Reason(id, about)]}
    return replace(reading, **seen)


def _reading(claim: Claim, cells: pd.DataFrame, answers: Answers, table: str) -> Reading:
    """Read a value, share or growth rate in one table."""
    kind, partner = registry.product(claim.product).kind, registry.partner(claim.partner).id
    key = (table, claim.flow, partner, claim.product, str(claim.year))
    row = answers.rows[_question(claim)].get(key)
    used = sorted(answers.cells[each] for each in _used(claim, *key) & answers.cells.keys())
    common: dict[str, Any] = {"tables": [table], "flow": claim.flow, "kind": kind}
    common["cells"] = [cell for _, cell in used]

    found = _range(claim, row, rounded_to(table, cells)) if row else None
    if row is None or found is None:
        gap, reasons = absence.of_figure(claim, cells, row, table)
        return Reading(**common, gap=gap, reasons=reasons)

    return _compared(claim, *found, complete=row["complete"] is True, common=common)


def _used(
    claim: Claim, table: str, flow: str, partner: str, product: str, period: str
) -> set[tuple[str, ...]]:
    """List the cells that a figure can be made of."""
    flows = ["import", "export"] if flow in MADE else [flow]
    years = [str(claim.year - 1), period] if claim.measure == "growth" else [period]
    parts = [(flows, partner, product)]
    if claim.measure == "share":
        whole = {
            "all products": (flows, partner, TOTAL_OF[registry.product(product).kind]),
            "all partners": (flows, "WORLD", product),
            "export": (["export"], partner, product),
        }
        parts.append(whole[claim.of])

    used: set[tuple[str, ...]] = set()
    for of_flows, of_partner, of_product in parts:
        for each, year in itertools.product(of_flows, years):
            used.add((table, each, of_partner, of_product, year))
    return used


def _range(
    claim: Claim, row: dict[Any, Any], step: Fraction
) -> tuple[Fraction, Fraction, Fraction | None] | None:
    """
    Give a figure with the least and the most it can be; None where CBS gives none to compare.

    An amount is what CBS publishes. A rate or a share is worked out from two amounts that are
    rounded, mostly to whole millions: each can be half a step more or less (two rounded flows: a
    whole step).
    """
    if pd.isna(row[VALUE]):
        return None

    amount = exact(row[VALUE])
    if claim.measure == "value":
        return amount, amount, amount if row["complete"] else None

    column = {"share": "whole_meur", "growth": "previous_meur"}[claim.measure]
    refused = pd.isna(row["share_pct" if claim.measure == "share" else "growth_pct"])
    if refused or pd.isna(row[column]):
        return None

    base = exact(row[column])
    half = step / 2 * (2 if claim.flow == "total trade" else 1)
    less = 100 if claim.measure == "growth" else 0

    # Only what CBS publishes below zero can be below it before it was rounded.
    ends = [amount - half if amount < 0 else max(amount - half, Fraction(0)), amount + half]
    bases = [each for each in (base - half, base + half) if each > 0]
    possible = [100 * end / each - less for end in ends for each in bases]

    value = 100 * amount / base - less
    low, high = min(possible), max(possible) if base > half else None
    if claim.measure == "share" and high is not None:
        high = min(high, max(Fraction(100), value))
    return value, low, high


def _compared(
    claim: Claim,
    value: Fraction,
    low: Fraction,
    high: Fraction | None,
    *,
    complete: bool,
    common: dict[str, Any],
) -> Reading:
    """Compare a figure, and all that it can be, with the words of a claim."""
    asserted = Asserted.of(claim)
    how = WRITTEN[claim.measure]
    figure: dict[str, Any] = {
        "value": float(value),
        "low": float(low),
        "high": None if high is None else float(high),
        "complete": complete,
        "margin": _margin(claim, value, asserted.threshold),
    }

    if meant := _unit_mistaken(claim, value):
        numbers = {"threshold": asserted.claimed(how), "value": (how, float(value))}
        reason = Reason("why-unit", {**numbers, "meant": as_given(how, meant)})
        return Reading(**common, **figure, reasons=[reason])

    # Of a part of a year only goods are known to grow: a service can be taken back.
    grows = common["kind"] == "goods" and claim.measure == "value" and claim.flow != "balance"
    bounded = complete or grows
    holds = asserted.decide(low, high) if bounded else None
    open = bounded and holds is None

    reasons = []
    if not complete:
        id = "why-part-so-far" if bounded else "why-part-year"
        reasons.append(Reason(id, {"value": (how, float(value)), "year": claim.year}))
    elif open:
        reasons.append(_too_wide(asserted, how, low, high))
    if holds is not None:
        reasons.append(_why(asserted, how, value, holds))

    return Reading(**common, **figure, holds=holds, open=open, reasons=reasons)


def _margin(claim: Claim, value: Fraction, threshold: Fraction) -> float | None:
    """Give the distance to the claimed figure: in percent of a value, in points of a rate."""
    if claim.measure != "value":
        return float(value - threshold)
    return float(100 * (value - threshold) / abs(threshold)) if threshold else None


def _unit_mistaken(claim: Claim, value: Fraction) -> Fraction | None:
    """Give the figure that was meant, where the claimed one is in another unit; else None."""
    threshold = exact(claim.threshold)
    if not value or not threshold or (claim.measure != "value" and abs(threshold) >= 1):
        return None

    times = value / threshold
    for factor in UNITS[claim.measure]:
        if Fraction(1, 2) <= times / factor <= 2:
            return threshold * factor
        if claim.measure == "value" and Fraction(1, 2) <= times * factor <= 2:
            return threshold / factor
    return None


def _too_wide(asserted: Asserted, how: str, low: Fraction, high: Fraction | None) -> Reason:
    """Say that rounding leaves a range in which the words may hold or not."""
    if high is None:
        return Reason("why-open-above", {"low": asserted.written(how, low)})
    return Reason(
        "why-open", {"low": asserted.written(how, low), "high": asserted.written(how, high)}
    )


def _why(asserted: Asserted, how: str, value: Fraction, holds: bool) -> Reason:
    """Say in one sentence how a figure compares with the words."""
    numbers = {
        "value": asserted.written(how, value),
        "threshold": asserted.claimed(how),
        "upto": as_given(how, asserted.upto),
        "rounded": asserted.rounded(how, value),
    }
    return Reason(f"why-{'' if holds else 'not-'}{asserted.operator}", numbers)
