"""
Measure the shared code over code written for one engine alone: ``.venv/bin/python
benchmarks/engines.py``.

The frame has a million rows: the cells of the countries in 83028NED, over and over under the names
of other tables. Status and the reasons for missing values are left out of it.
Each question is put to `nltrade` and to a function for pandas or Polars that an analyst would write
for it, in turn, in one process; the two answers are compared first. Both refuse a share or a rate
of a frame in which a cell is there twice. The median of each and the median of their ratios is
shown.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pandas as pd
import polars as pl
from polars.testing import assert_frame_equal

import nltrade as nl
from nltrade.questions.trade import SERIES, SMALL
from nltrade.registry import tables

ROWS = 1_000_000
ROUNDS = 5
MOST = 1.3
CELL = [
    *("table", "modified", "kind", "concept", "partner", "partner_kind"),
    *("product", "level", "period", "freq", "complete"),
]
WHOLE = ["table", "kind", "flow", "partner", "period"]
IDENTITY = [*SERIES, "period"]
BREAKS = [f"{table.id} {gap.after}" for table in tables().values() for gap in table.breaks]


def million() -> pd.DataFrame:
    """Give a million rows: those of one table, again and again under made-up names."""
    cells = nl.load("83028NED").query("partner_kind == 'country'")
    cells = cells.drop(columns=["status", "missing"])
    times = range(ROWS // len(cells) + 1)
    copies = [cells.assign(table=f"MADE-UP-{time}" if time else "83028NED") for time in times]
    return pd.concat(copies, ignore_index=True).head(ROWS)


def pandas_flows(frame: pd.DataFrame) -> pd.DataFrame:
    beside = {
        flow: frame["value_meur"].where(frame["flow"] == flow) for flow in ("import", "export")
    }
    cells = (
        frame[CELL]
        .assign(**beside)
        .groupby(CELL, sort=False, dropna=False, observed=True, as_index=False)
    )
    return cells[["import", "export"]].max()


def pandas_total(frame: pd.DataFrame) -> pd.DataFrame:
    cells = pandas_flows(frame)
    return cells.assign(flow="total trade", value_meur=cells["import"] + cells["export"])


def pandas_balance(frame: pd.DataFrame) -> pd.DataFrame:
    cells = pandas_flows(frame)
    return cells.assign(flow="balance", value_meur=cells["export"] - cells["import"])


def pandas_share(frame: pd.DataFrame) -> pd.DataFrame:
    assert not frame.duplicated(IDENTITY).any()
    whole = frame.loc[frame["level"] == 0, [*WHOLE, "value_meur"]].rename(
        columns={"value_meur": "whole_meur"}
    )
    shares = frame.merge(whole, on=WHOLE, how="left")
    share = 100 * shares["value_meur"] / shares["whole_meur"]
    return shares.assign(share_pct=share.where(shares["whole_meur"] != 0))


def pandas_growth(frame: pd.DataFrame) -> pd.DataFrame:
    assert not frame.duplicated(IDENTITY).any()
    year = frame["period"].str[:4].astype(int)
    names = {"value_meur": "previous_meur", "complete": "previous_complete"}
    previous = frame[[*SERIES, "period", "value_meur", "complete"]].rename(columns=names)
    previous["period"] = (year + 1).astype(str) + frame["period"].str[4:]
    rates = frame.merge(previous, on=[*SERIES, "period"], how="left")

    value, before = rates["value_meur"], rates["previous_meur"]
    crosses = (rates["table"] + " " + rates["period"].str[:4]).isin(BREAKS)
    was_whole = rates["previous_complete"]
    in_the_way = [
        (was_whole.isna() & rates["complete"], "year before not in the frame"),
        (~rates["complete"] | was_whole.eq(False), "part-year"),
        (crosses, "method break " + (year - 1).astype(str) + "/" + year.astype(str)),
        (value.isna(), "not published"),
        (before.isna(), "year before not published"),
        (before <= 0, "year before not above zero"),
        ((value < SMALL) | (before < SMALL), "less than 50 million euro"),
    ]
    note = pd.Series("", index=rates.index)
    for is_so, words in reversed(in_the_way):
        note = note.mask(is_so, words)
    rate = 100 * (value - before) / before
    rates["growth_note"], rates["growth_pct"] = note, rate.where(note == "")
    return rates.drop(columns="previous_complete")


def polars_flows(frame: pl.DataFrame) -> pl.DataFrame:
    flows = (
        pl.col("value_meur").filter(pl.col("flow") == flow).max().alias(flow)
        for flow in ("import", "export")
    )
    return frame.group_by(CELL).agg(*flows)


def polars_total(frame: pl.DataFrame) -> pl.DataFrame:
    return polars_flows(frame).with_columns(
        flow=pl.lit("total trade"), value_meur=pl.col("import") + pl.col("export")
    )


def polars_balance(frame: pl.DataFrame) -> pl.DataFrame:
    return polars_flows(frame).with_columns(
        flow=pl.lit("balance"), value_meur=pl.col("export") - pl.col("import")
    )


def polars_share(frame: pl.DataFrame) -> pl.DataFrame:
    assert not frame.select(IDENTITY).is_duplicated().any()
    whole = frame.filter(pl.col("level") == 0).select(
        *WHOLE, pl.col("value_meur").alias("whole_meur")
    )
    share = pl.when(pl.col("whole_meur") != 0).then(
        100 * pl.col("value_meur") / pl.col("whole_meur")
    )
    return frame.join(whole, on=WHOLE, how="left").with_columns(share_pct=share)


def polars_growth(frame: pl.DataFrame) -> pl.DataFrame:
    assert not frame.select(IDENTITY).is_duplicated().any()
    year = pl.col("period").str.slice(0, 4)
    number = year.cast(pl.Int64)
    previous = frame.select(
        *SERIES,
        period=(number + 1).cast(pl.String) + pl.col("period").str.slice(4),
        previous_meur=pl.col("value_meur"),
        previous_complete=pl.col("complete"),
    )
    value, before, was_whole = map(pl.col, ("value_meur", "previous_meur", "previous_complete"))
    crosses = (pl.col("table") + " " + year).is_in(BREAKS)
    note = (
        pl.when(was_whole.is_null() & pl.col("complete"))
        .then(pl.lit("year before not in the frame"))
        .when(~pl.col("complete") | ~was_whole)
        .then(pl.lit("part-year"))
        .when(crosses)
        .then(pl.lit("method break ") + (number - 1).cast(pl.String) + "/" + year)
        .when(value.is_null())
        .then(pl.lit("not published"))
        .when(before.is_null())
        .then(pl.lit("year before not published"))
        .when(before <= 0)
        .then(pl.lit("year before not above zero"))
        .when((value < SMALL) | (before < SMALL))
        .then(pl.lit("less than 50 million euro"))
        .otherwise(pl.lit(""))
    )
    rate = 100 * (value - before) / before
    return (
        frame.join(previous, on=[*SERIES, "period"], how="left")
        .with_columns(growth_note=note)
        .with_columns(growth_pct=pl.when(pl.col("growth_note") == "").then(rate))
        .drop("previous_complete")
    )


def share(frame: Any) -> Any:
    return nl.share(frame, of="all products")


QUESTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "total": (nl.total, pandas_total, polars_total),
    "balance": (nl.balance, pandas_balance, polars_balance),
    "share": (share, pandas_share, polars_share),
    "growth": (nl.growth, pandas_growth, polars_growth),
}


def same(ours: Any, native: Any) -> None:
    """Compare two answers, whatever the order of their rows."""
    ours, native = (
        pl.from_pandas(each) if isinstance(each, pd.DataFrame) else each for each in (ours, native)
    )
    assert_frame_equal(ours, native.select(ours.columns), check_row_order=False)


def seconds(act: Callable[[Any], Any], frame: Any) -> float:
    start = time.perf_counter()
    act(frame)
    return time.perf_counter() - start


def main() -> None:
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("nltrade", "narwhals", "pandas", "polars")
    )
    print(
        f"Python {platform.python_version()}, {versions}; {platform.machine()}, {os.cpu_count()} cores\n"
    )
    print(f"{'':22} {'ours':>9} {'native':>9} {'ratio':>6}")
    table = million()
    for engine, frame in {"pandas": table, "Polars": pl.from_pandas(table)}.items():
        for name, (ours, of_pandas, of_polars) in QUESTIONS.items():
            native = of_pandas if engine == "pandas" else of_polars
            same(ours(frame), native(frame))
            pairs = [(seconds(ours, frame), seconds(native, frame)) for _ in range(ROUNDS)]
            mine, other = (statistics.median(times) for times in zip(*pairs, strict=True))
            ratio = statistics.median([a / b for a, b in pairs])
            print(
                f"{name + ', ' + engine:22} {mine:7.3f} s {other:7.3f} s {ratio:6.2f}   at most {MOST}",
                flush=True,
            )


if __name__ == "__main__":
    main()
