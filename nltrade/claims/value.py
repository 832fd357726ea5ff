"""Read a value, a share or a growth rate in every table that covers the year."""

from math import floor

import pandas as pd

from nltrade import registry
from nltrade.claims.reading import WRITTEN, Reading, Reason, cells_of, to_fetch, why_absent
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Claim, Operator


def readings(claim: Claim, cells: pd.DataFrame) -> list[Reading]:
    """Read a value, share or growth rate in every table that covers the year."""
    product = registry.product(claim.product)
    covering = cells[(cells["kind"] == product.kind) & (cells["period"] == str(claim.year))]
    return [
        _figure_reading(claim, cells[cells["table"] == table])
        for table in covering["table"].unique()
    ]


def _figure_reading(claim: Claim, cells: pd.DataFrame) -> Reading:
    """Read a value, share or growth rate in one table."""
    table, year = cells["table"].iloc[0], str(claim.year)
    partner = registry.partner(claim.partner).id
    rows = cells[cells["partner"] == partner]
    rows = trade.total(rows) if claim.flow == "total trade" else rows[rows["flow"] == claim.flow]
    column = {"value": VALUE, "share": "share_pct", "growth": "growth_pct"}[claim.measure]
    if claim.measure == "share":
        rows = trade.share(rows, of="all products")
    elif claim.measure == "growth":
        rows = trade.growth(rows)
    row = rows[(rows["product"] == claim.product) & (rows["period"] == year)]
    used = row
    if claim.measure == "share":
        used = rows[(rows["level"] == 0) & (rows["period"] == year) | rows.index.isin(row.index)]
    elif claim.measure == "growth":
        used = rows[rows["product"] == claim.product]
    value = float(row[column].iloc[0]) if row[column].notna().any() else None
    held = margin = None
    if value is None or not row["complete"].all():
        of_partner = cells[(cells["partner"] == partner) & (cells["period"] == year)]
        about = {"table": table, "partner": partner, "year": year, "fetch": to_fetch(claim)}
        reason = Reason(_missing(claim, row, cells, of_partner), about)
    else:
        held = holds(
            claim.operator, value, claim.threshold, precision=claim.precision, upto=claim.upto
        )
        margin = value - claim.threshold
        if claim.measure == "value":
            margin = 100 * margin / claim.threshold
        reason = _compared(claim, value, held)
    return Reading(
        tables=[table],
        flow=claim.flow,
        kind=cells["kind"].iloc[0],
        value=value,
        margin=margin,
        holds=held,
        cells=cells_of(used),
        reasons=[reason],
    )


def _missing(claim: Claim, row: pd.DataFrame, cells: pd.DataFrame, of_partner: pd.DataFrame) -> str:
    """Name the reason why there is no figure to compare."""
    if not row[VALUE].notna().any():
        return why_absent(claim, cells, of_partner)
    if not row["complete"].all():
        return "why-part-year"
    if claim.measure == "share":
        return "why-no-total"
    return "why-break" if row["growth_note"].iloc[0] else "why-no-previous"


def holds(
    operator: Operator,
    value: float,
    threshold: float,
    *,
    precision: float | None = None,
    upto: float | None = None,
) -> bool:
    """Tell whether a value is what a wording covers; `precision` is the step it was rounded to, `upto` its end."""
    match operator:
        case "just above":
            return threshold <= value < float(upto or 0)
        case "rounds to":
            return _rounded(value, precision) == _rounded(threshold, precision)
        case "at least":
            return value >= threshold
        case "more than":
            return value > threshold
        case "at most" | "in the top":
            return value <= threshold
        case "less than":
            return value < threshold
        case "is":
            return value == threshold


def _rounded(value: float, precision: float | None) -> float:
    step = precision or 1.0
    return floor(value / step + 0.5) * step


def _compared(claim: Claim, value: float, holds: bool) -> Reason:
    written = WRITTEN[claim.measure]
    numbers = {
        "value": value,
        "threshold": claim.threshold,
        "upto": claim.upto,
        "rounded": _rounded(value, claim.precision),
    }
    figures = {name: (written, number) for name, number in numbers.items() if number is not None}
    return Reason(f"why-{'' if holds else 'not-'}{claim.operator}", figures)
