"""
The arithmetic behind `nltrade.questions.trade`, on rows that `nltrade.questions.frame` has checked: the same code for every engine.

What is here takes narwhals frames and gives them back, so that rankings and sectors can go on with them.
"""

from typing import Any, Literal

import narwhals as nw

from nltrade import registry
from nltrade.questions import frame as shape
from nltrade.questions.frame import VALUE

CELL = [
    "table",
    "kind",
    "concept",
    "partner",
    "partner_kind",
    "product",
    "level",
    "freq",
    "period",
    "complete",
    "status",
]

SERIES = [
    "table",
    "kind",
    "flow",
    "partner",
    "product",
]  # the other columns follow from these and the period
GROWTH = ["previous_meur", "growth_note", "growth_pct"]
BESIDE = ["year", "part", "previous_complete"]  # what growth is worked out with


def combine(rows: Any, name: Literal["total trade", "balance"]) -> Any:
    """Answer `total` or `balance` for tidy rows of narwhals; a cell that is there twice is refused, or has no value."""
    is_import, is_export = nw.col("flow") == "import", nw.col("flow") == "export"
    signed = nw.when(is_import).then((1 if name == "total trade" else -1) * nw.col(VALUE))
    amount = signed.otherwise(nw.when(is_export).then(nw.col(VALUE))).alias(VALUE)
    # One sum tells how often both flows are there: imports count as ones, exports as thousands.
    times = (is_import.cast(nw.Int64) + 1000 * is_export.cast(nw.Int64)).alias("times")
    amounts = nw.col(VALUE).sum(), nw.col(VALUE).count().alias("published"), nw.col("times").sum()
    combined = shape.grouped(rows.select(*CELL, amount, times), CELL, *amounts)
    twice = ~nw.col("times").is_in([0, 1, 1000, 1001])
    if isinstance(combined, nw.DataFrame) and combined.select(twice.any()).item():
        shape.once(rows.filter(is_import | is_export), [*CELL, "flow"])
    once_each = (nw.col("times") == 1001) & (nw.col("published") == 2)
    value = nw.when(once_each).then(nw.col(VALUE)).alias(VALUE)
    return combined.with_columns(nw.lit(name).alias("flow"), value).select(
        "table", "kind", "flow", *CELL[2:], VALUE
    )


def grow(rows: Any, *, across_breaks: bool = False, part_years: bool = False) -> Any:
    """Answer `growth` for tidy rows of narwhals."""
    shape.periods(rows)
    names = rows.collect_schema().names()
    dated = rows.with_columns(
        year=nw.col("period").str.slice(0, 4).cast(nw.Int64), part=nw.col("period").str.slice(4)
    )
    year, before = nw.col("year"), nw.col("previous_meur")
    previous = dated.select(
        *SERIES, year + 1, "part", previous_meur=nw.col(VALUE), previous_complete=nw.col("complete")
    )
    breaks: dict[int, list[str]] = {}
    for table in registry.tables().values():
        for gap in table.breaks:
            breaks.setdefault(int(gap.after), []).append(table.id)
    note = nw.lit("")
    for after, tables in breaks.items():
        crosses = (year == after) & nw.col("table").is_in(tables)
        note = nw.when(crosses).then(nw.lit(f"method break {after - 1}/{after}")).otherwise(note)
    whole_years = nw.col("complete") & nw.col("previous_complete").fill_null(True)
    note = nw.when(whole_years).then(note).otherwise(nw.lit("part-year"))
    is_part, is_break = (
        nw.col("growth_note") == "part-year",
        ~nw.col("growth_note").is_in(["", "part-year"]),
    )
    refused = (is_part & (not part_years)) | (is_break & (not across_breaks))
    rate = 100 * (nw.col(VALUE) / before - 1)
    return (
        beside(dated, previous, [*SERIES, "year", "part"])
        .with_columns(note.alias("growth_note"))
        .with_columns(nw.when(~refused & (before > 0)).then(rate).alias("growth_pct"))
        .select(*names, *GROWTH)
    )


def beside(rows: Any, other: Any, keys: list[str]) -> Any:
    """Join to each row what stands beside it; of an eager frame, refuse a cell that is there twice."""
    joined = rows.join(other, on=keys, how="left")
    if isinstance(joined, nw.DataFrame) and len(joined) > len(rows):
        shape.once(other, keys)
    return joined


def single(cells: Any) -> Any:
    """Refuse a cell that is there twice; a lazy frame is not looked into, so there such a cell has no value."""
    if isinstance(cells, nw.DataFrame):
        shape.once(cells, ["flow", "partner"])
        return cells
    counted = shape.grouped(
        cells, ["flow", "partner", "partner_kind"], nw.col(VALUE).max(), nw.len().alias("times")
    )
    return counted.with_columns(
        nw.when(nw.col("times") == 1).then(nw.col(VALUE)).alias(VALUE)
    ).drop("times")
