"""
What a frame has to be before a question is put to it, checked at the door of each public function.

The columns and their types are looked at in every frame, which reads no row of a lazy one.
Categories become text, whole numbers of a period its text, numbers of any kind floats, and a number
that is none (NaN) a missing value. Of an eager frame the rows are looked at too: keys that are
missing, periods that are none, codes called a total that are none, values too large to be million
euro, and cells that are there twice. Of a lazy frame none of that is seen before its rows are asked
for: there a cell that is twice has no total, balance or place, but growth, shares and sectors count
on it being there once.
"""

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.exceptions import DuplicateError

from nltrade import registry
from nltrade.errors import FrameError, UnknownName, close_to
from nltrade.registry.entries import FLOWS
from nltrade.registry.periods import PERIOD

VALUE = "value_meur"
TOTAL_OF = {"goods": "TOTAL", "services": "S"}
KEY = ["table", "flow", "partner", "product", "period"]  # what tells cells apart
MOST = 3e7  # million euro: more than the exports of the whole world in a year
TAKES = {
    VALUE: "numbers, in million euro",
    "level": "whole numbers: 0 for a total, 1 a section, 2 a division, 3 a group",
    "complete": "true or false",
    "period": "text: 2012, 2012-Q1 or 2012-01",
    "product": "text, as a leading zero counts in a code",
}
UNITS = {"value_eur": "/ 1e6", "value_keur": "/ 1e3", "value_teur": "/ 1e3", "value_beur": "* 1e3"}


def checked(frame: Any, needed: Iterable[str], *, adds: Iterable[str] = ()) -> Any:
    """
    Check a frame of any engine, and bring the needed columns to the types that are counted on.

    Columns that the function `adds` must not be there yet. What is wrong is a FrameError, with the
    name of the column and the remedy.

    Examples
    --------
    >>> made_up = pd.DataFrame({"period": [2012], "value_meur": [1]})
    >>> checked(made_up, ["period", "value_meur"]).rows()
    [('2012', 1.0)]
    """
    rows, brought = check_columns(frame, needed)
    for name in adds:
        if name in rows.collect_schema():
            raise FrameError(
                f"The frame has a column {name!r} already, which is to be added. Rename or drop "
                "that one."
            )
    return rows.with_columns(**brought) if brought else rows


def check_columns(frame: Any, needed: Iterable[str]) -> tuple[Any, dict[str, nw.Expr]]:
    """Check a frame, and give beside it what brings columns of other types to their types."""
    rows = _opened(frame)
    schema = rows.collect_schema()
    asked = list(needed)
    for name in asked:
        if name not in schema:
            raise FrameError(
                f"The frame has no column {name!r}. {_instead(frame, name, list(schema))}"
            )

    brought = {name: _brought(name, schema[name]) for name in asked}
    if isinstance(rows, nw.DataFrame):
        _check_rows(rows, asked)
    return rows, {name: column for name, column in brought.items() if column is not None}


def _opened(frame: Any) -> Any:
    """Take a frame of any engine, whose columns can be told apart."""
    if isinstance(frame, pd.DataFrame) and frame.columns.nlevels > 1:
        raise FrameError(
            f"The columns of the frame have {frame.columns.nlevels} levels. The tidy frame has "
            "one: stack the others into columns of their own, or write `frame.columns = "
            "frame.columns.get_level_values(-1)`."
        )
    if isinstance(frame, pd.DataFrame) and set(frame.index.names) & set(frame.columns):
        frame = frame.rename_axis(index=[None] * frame.index.nlevels)  # it is a column too
    try:
        return nw.from_native(frame)
    except DuplicateError as error:
        raise FrameError(
            f"A column is there twice: {' '.join(str(error).split())}. Rename or drop one."
        ) from None
    except TypeError:
        raise FrameError(
            f"A {type(frame).__name__} is no frame. Give one of pandas, Polars, PyArrow, DuckDB, "
            "Dask or PySpark."
        ) from None


def values(rows: Any, name: str) -> list[Any]:
    """List what a column of an eager frame holds; a lazy one is not looked into."""
    return rows[name].unique().to_list() if isinstance(rows, nw.DataFrame) else []


def require_unique(rows: Any, key: Iterable[str]) -> None:
    """Refuse a cell that is in an eager frame twice, told apart by these columns."""
    if not isinstance(rows, nw.DataFrame):
        return
    keys = rows.select(*key)
    twice = keys.is_duplicated()
    if twice.any():
        first = keys.filter(twice).rows(named=True)[0]
        cell = ", ".join(f"{name} {value}" for name, value in first.items())
        raise FrameError(
            f"A figure is there more than once: {cell}. Keep one row of each, or add up the parts "
            "that it is in."
        )


def require_periods(rows: Any) -> None:
    """Refuse a period of an eager frame that is no year, quarter or month."""
    for period in values(rows, "period"):
        if not PERIOD.fullmatch(str(period)):
            raise FrameError(f"Column 'period' holds {period!r}. It takes {TAKES['period']}.")


def require_totals(rows: Any) -> None:
    """Refuse a product of an eager frame of totals that is none."""
    products = registry.products()
    for code in values(rows, "product"):
        if code in products and products[code].level:
            raise FrameError(
                f"Column 'level' calls product {code} a total: 0. Its level is "
                f"{products[code].level}: write that."
            )


def require_flows(rows: Any) -> None:
    """Refuse flows of an eager frame that go under other names than ours."""
    there = {str(flow) for flow in values(rows, "flow")}
    strange = sorted(there - set(FLOWS) - {"balance"})
    if strange:
        raise FrameError(
            f"Column 'flow' holds {', '.join(strange[:8])}. Flows are {', '.join(FLOWS)}: rename "
            "them, as the Netherlands sees the trade."
        )


def require_partners(rows: Any) -> None:
    """Refuse countries of an eager frame that are no partners, or are no countries."""
    if not isinstance(rows, nw.DataFrame):
        return
    known = registry.partners()
    called = rows.select("partner", "partner_kind").unique().rows()
    strange = sorted({str(partner) for partner, kind in called if kind == "country"} - set(known))
    if strange:
        meant = [f"{code!r}: {_meant(code)}" for code in strange]
        raise FrameError(
            f"Column 'partner' holds codes that are no partners: {', '.join(meant[:12])}. It takes "
            "ISO 3166-1 alpha-2; nltrade.partners() lists them."
        )
    wrong = sorted(p for p, kind in called if kind == "country" and known[p].kind != "country")
    if wrong:
        raise FrameError(
            f"Column 'partner_kind' calls {', '.join(wrong[:12])} a country. It is "
            f"{known[wrong[0]].kind}: write that, as a group never gets a place."
        )


def _meant(code: str) -> str:
    try:
        return registry.partner(code).id
    except UnknownName:
        return "unknown"


def group_joinable(rows: Any, keys: Iterable[str], *amounts: nw.Expr) -> Any:
    """Group rows, in a way that what comes out can be joined in every engine."""
    names = list(keys)
    found = rows.group_by(*names).agg(*amounts)
    if found.implementation.is_dask():
        # Dask cannot join what was grouped over many partitions (KeyError: not in index) before it
        # forgets how they were partitioned, as it does in a union.
        return nw.concat([found, found.filter(nw.col(names[0]) != nw.col(names[0]))])
    return found


def _brought(name: str, dtype: nw.dtypes.DType) -> nw.Expr | None:
    """Give what brings a column to its type, None where it has it; refuse another meaning."""
    column = nw.col(name)
    if name == VALUE and dtype.is_numeric():
        return column.cast(nw.Float64).fill_nan(None)
    if (name == "level" and dtype.is_numeric()) or (name == "complete" and dtype == nw.Boolean):
        return None
    if name not in (VALUE, "level", "complete"):
        if dtype == nw.String:
            return None
        if dtype in (nw.Categorical, nw.Enum) or (
            name in ("period", "table") and dtype.is_integer()
        ):
            return column.cast(nw.String)
    raise FrameError(
        f"Column {name!r} holds {dtype}. It takes {TAKES.get(name, 'text')}: convert it first."
    )


def _instead(frame: Any, name: str, there: list[str]) -> str:
    """Say what to do about a column that is not there."""
    if isinstance(frame, pd.DataFrame) and name in frame.index.names:
        return "It is in the index: `frame.reset_index()` brings it back."
    other = next((each for each in there if each.lower() in UNITS), None)
    if name == VALUE and other:
        return f"{other!r} is in another unit: add `{VALUE}` = `{other}` {UNITS[other.lower()]}."
    close = "" if name == VALUE else close_to(name, there)  # a name like this one has another unit
    return f"Bring it, with {TAKES.get(name, 'text')}.{close} Here: {', '.join(there)}."


def _check_rows(rows: nw.DataFrame[Any], asked: list[str]) -> None:
    """Refuse rows of an eager frame that cannot be right."""
    native = rows.to_native()
    for name in asked:
        objects = isinstance(native, pd.DataFrame) and native[name].dtype == object
        if objects and pd.api.types.infer_dtype(native[name]) not in ("string", "boolean", "empty"):
            raise FrameError(
                f"Column {name!r} holds things of several kinds. It takes "
                f"{TAKES.get(name, 'text')}."
            )
        if name in KEY and rows[name].null_count():
            raise FrameError(
                f"Column {name!r} is empty in some rows. Fill it, or leave these rows out."
            )
    if VALUE in asked:
        _check_amounts(rows, of_tables="table" in asked)


def _check_amounts(rows: nw.DataFrame[Any], *, of_tables: bool) -> None:
    """Refuse amounts that can be no million euro; those of CBS were converted when loaded."""
    amounts = rows[VALUE]
    largest, least = amounts.max(), amounts.min()
    if pd.isna(largest):
        return

    # PyArrow turns no whole number into another kind that does not hold it to the unit.
    if amounts.dtype.is_integer() and largest > 2**53:
        raise FrameError(
            f"Column {VALUE!r} holds {largest}, more than any trade in million euro. "
            "Is it in euro? Divide it by 1e6."
        )
    if largest == float("inf") or least == -float("inf"):
        raise FrameError(f"Column {VALUE!r} holds infinity, which is no amount. Leave it empty.")
    if not of_tables or largest <= MOST:
        return
    large = rows.filter(nw.col(VALUE) > MOST, ~nw.col("table").is_in(list(registry.tables())))
    if not large.is_empty():
        raise FrameError(
            f"Column {VALUE!r} holds {large[VALUE][0]:,.0f} million euro, more than all trade of "
            "the world. Is it in euro or in thousands? Divide it by 1e6 or 1e3."
        )
