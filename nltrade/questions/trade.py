"""
Questions to a tidy frame: totals, balances, shares.

Every function takes a frame in the shape of `nltrade.load` and gives back a new one of the same
engine: pandas, Polars, PyArrow, DuckDB, Dask or PySpark, lazy where the engine is lazy. Nothing is
collected here, and no argument is changed. A missing value stays missing: a sum, share or growth
rate of which a part is missing is missing too. A frame that is not in that shape is an error that
names column and remedy: `nltrade.questions.frame` says what is looked at.
"""

from collections.abc import Iterable
from typing import Any, Literal

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrameT

from nltrade import registry
from nltrade.errors import NoData, UnknownName, close_to
from nltrade.questions import frame as shape
from nltrade.registry import periods
from nltrade.registry.periods import Periods
from nltrade.sources.gaps import commands, gap, is_whole

VALUE = shape.VALUE

# What a total or a balance cannot do without, beside the flow and the value.
CELL = ["table", "kind", "partner", "product", "period", "complete"]

# The columns of a total, in the order of the tidy frame.
ORDER = [
    *("table", "modified", "kind", "flow", "concept", "partner", "partner_kind", "product"),
    *("level", "period", "freq", "complete", "status"),
]

# How sure a value is: what is made of two is as sure as the less sure one, or unknown.
STATUSES = ["definitive", "revised provisional", "provisional"]

# What a row counts, in a sum of the rows of a cell: that is 3 where there is one with a value, and
# more where there are several, with or without.
WITHHELD, PUBLISHED = 2, 3

# Million euro: of less, rounding to a million alone changes a rate by a percent or more.
SMALL = 50.0

# What tells one series from another: the other columns follow from these and the period.
SERIES = ["table", "kind", "flow", "partner", "product"]


def select(
    frame: IntoFrameT,
    *,
    partner: str | Iterable[str] | None = None,
    flow: str | None = None,
    product: str | None = None,
    period: Periods | None = None,
    year: Periods | None = None,
    kind: str | None = None,
    table: str | None = None,
) -> IntoFrameT:
    """
    Take the rows that a question is about, and say what is wrong where there are none.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine.
    partner : str or several, optional
        Code, slug or name of one partner, or several.
    flow : str, optional
        ``"import"``, ``"export"``, ``"re-export"``, ``"domestic export"`` or, after `total`,
        ``"total trade"``.
    product : str, optional
        ``"TOTAL"``, a SITC code, or a services class.
    period : str, int or several, optional
        ``"2012"``, ``"2012-Q1"`` or ``"2012-01"``; several as a list, a `range`, or ``"2012:2014"``
        (both years included).
    year : str, int or several, optional
        The same as `period`, under the name that people try first.
    kind : str, optional
        ``"goods"`` or ``"services"``.
    table : str, optional
        CBS's identifier, or the name that your own frame gives.

    Returns
    -------
    frame
        Of the same engine. Cells that CBS leaves empty are kept, with a missing value.

    Raises
    ------
    UnknownName
        A partner, flow or product does not exist; the message says what is close.
    NoData
        All names exist, but not together (only for eager frames; a lazy one is not looked into).
    FrameError
        A column that is asked about is missing or of another type.

    Examples
    --------
    >>> import nltrade as nl
    >>> asked = {"partner": "Russia", "flow": "import", "product": "TOTAL"}
    >>> nl.select(nl.load(), period=2012, **asked)["value_meur"].tolist()
    [20332.0]
    >>> len(nl.select(nl.load("83028NED"), partner="RUS", product="TOTAL", year="2010:2012"))
    12
    """
    wanted: dict[str, list[str]] = {}
    if partner is not None:
        # A column of a frame, or an array, is several as well as a list is.
        is_one = isinstance(partner, str) or not isinstance(partner, Iterable)
        named = [partner] if is_one else list(partner)
        if not named:
            raise UnknownName(
                "An empty list of partners. Name at least one, or leave `partner` out for all."
            )
        wanted["partner"] = [registry.partner(str(one)).id for one in named]
    if flow is not None:
        wanted["flow"] = [registry.flow(str(flow))]
    if product is not None:
        wanted["product"] = [registry.product(product).id]
    if period is not None and year is not None:
        raise UnknownName("Give `period` or `year`, not both: they are the same.")
    when = year if period is None else period
    if when is not None:
        wanted["period"] = periods.listed(when)
    for column, value in [("kind", kind), ("table", table)]:
        if value is not None:
            wanted[column] = [str(value)]
    rows, brought = shape.check_columns(frame, wanted)
    if "period" in wanted:
        shape.require_periods(rows)
    asked = [brought.get(column, nw.col(column)).is_in(values) for column, values in wanted.items()]
    found = rows.filter(*asked) if asked else rows
    if isinstance(found, nw.DataFrame) and found.is_empty():
        raise NoData(_nothing(rows.with_columns(**brought), wanted))
    return found.to_native()  # type: ignore[no-any-return]


def total(frame: IntoFrameT) -> IntoFrameT:
    """
    Add imports and exports of each partner, product and period to total trade.

    Re-exports are part of the exports, so they count once.

    Parameters
    ----------
    frame : frame
        Tidy frame with the flows ``import`` and ``export``.

    Returns
    -------
    frame
        Tidy rows with the flow ``"total trade"``; `value_meur` is in million euro, and missing
        where either flow is.

    Raises
    ------
    FrameError
        A column is missing or of another type, or (in an eager frame) a cell is there twice.

    Examples
    --------
    >>> import nltrade as nl
    >>> russia = nl.select(nl.load(), partner="RU", product="TOTAL", period=2012)
    >>> nl.total(russia)["value_meur"].tolist()
    [27400.0]
    """
    return _combined(frame, "total trade")  # type: ignore[no-any-return]


def balance(frame: IntoFrameT) -> IntoFrameT:
    """
    Subtract imports from exports for each partner, product and period.

    Parameters
    ----------
    frame : frame
        Tidy frame with the flows ``import`` and ``export``.

    Returns
    -------
    frame
        Tidy rows with the flow ``"balance"``; `value_meur` is in million euro, negative where
        imports are larger, and missing where either flow is.

    Raises
    ------
    FrameError
        A column is missing or of another type, or (in an eager frame) a cell is there twice.

    Examples
    --------
    >>> import nltrade as nl
    >>> russia = nl.select(nl.load(), partner="RU", product="TOTAL", period=2012)
    >>> nl.balance(russia)["value_meur"].tolist()
    [-13264.0]
    """
    return _combined(frame, "balance")  # type: ignore[no-any-return]


def share(frame: IntoFrameT, of: Literal["all products", "all partners", "export"]) -> IntoFrameT:
    """
    Put each cell next to the whole it is part of.

    Parameters
    ----------
    frame : frame
        Tidy frame; the rows of the whole must be in it.
    of : {"all products", "all partners", "export"}
        The whole: the same partner's trade in all goods (or services), the same product's trade
        with the world, or the same partner's exports (which gives the re-export share).

    Returns
    -------
    frame
        The rows of `frame` (of exports, only the flows that make them up) with `whole_meur`
        (million euro) and `share_pct` (percent); missing where the part or the whole is missing or
        the whole is zero.

    Raises
    ------
    UnknownName
        `of` is none of these wholes.
    FrameError
        A column is missing, of another type or there already, or (in an eager frame) a whole is
        there twice.

    Examples
    --------
    >>> import nltrade as nl
    >>> imports = nl.select(nl.load(), partner="RU", flow="import", kind="goods", period=2012)
    >>> nl.share(imports, of="all products").query("product == '3'")["share_pct"].round(1).tolist()
    [91.9]
    """
    wholes = {
        "all products": (nw.col("level") == 0, "product"),
        "all partners": (nw.col("partner") == "WORLD", "partner"),
        "export": (nw.col("flow") == "export", "flow"),
    }
    if of not in wholes:
        raise UnknownName(
            f"No whole {of!r}.{close_to(str(of), wholes)} Shares are of {', '.join(wholes)}."
        )
    is_whole, differs = wholes[of]
    identity = [*SERIES, "period"]
    keys = [name for name in identity if name != differs]
    needed = [*identity, VALUE, *(["level"] if of == "all products" else [])]
    rows = shape.checked(frame, needed, adds=["whole_meur", "share_pct"])
    shape.require_flows(rows)
    shape.require_unique(rows, identity)

    if of == "export":
        rows = rows.filter(nw.col("flow").is_in(["export", "re-export", "domestic export"]))

    totals = rows.filter(is_whole)
    if of == "all products":
        shape.require_totals(totals)

    whole = totals.select(*keys, nw.col(VALUE).alias("whole_meur"))
    part_of_whole = 100 * nw.col(VALUE) / nw.col("whole_meur")
    is_known = nw.col("whole_meur") != 0
    shares = beside(rows, whole, keys).with_columns(
        nw.when(is_known).then(part_of_whole).alias("share_pct")
    )
    return shares.to_native()  # type: ignore[no-any-return]


def main_table(frame: pd.DataFrame, *, kind: str, period: str | int, partner: str = "WORLD") -> str:
    """
    Choose the table to show for a period.

    Of the tables that cover the period, those that publish the partner go first, then those that
    cover all of it, then those of which the frame has all partners, then the order of the frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    kind : {"goods", "services"}
        What is counted.
    period : str or int
        The period.
    partner : str
        ISO code.

    Returns
    -------
    str
        The table's identifier.

    Raises
    ------
    NoData
        No table of that kind covers the period.

    Examples
    --------
    >>> import nltrade as nl
    >>> trade = nl.load()
    >>> [main_table(trade, kind="goods", period=year) for year in (2012, 2022)]
    ['83028NED', '85427NED']
    """
    rows = select(frame, kind=kind, period=period)
    published = rows[(rows["partner"] == partner) & rows[VALUE].notna()]
    rows = published if len(published) else rows
    full = rows[rows["complete"]]
    tables = (full if len(full) else rows)["table"].astype(str).unique()
    # No place can be told from a part of a table.
    whole = (id for id in tables if is_whole(frame, table=id, period=str(period)))
    return str(tables[0] if len(tables) == 1 else next(whole, tables[0]))


def _combined(frame: Any, name: Literal["total trade", "balance"]) -> Any:
    """Answer `total` or `balance`; a cell that is there twice is refused, or has no value."""
    rows = shape.checked(frame, [*CELL, "flow", VALUE])
    shape.require_flows(rows)

    is_import = nw.col("flow") == "import"
    is_export = nw.col("flow") == "export"
    sign = 1 if name == "total trade" else -1
    of_imports = nw.when(is_import).then(sign * nw.col(VALUE))
    amount = of_imports.otherwise(nw.when(is_export).then(nw.col(VALUE)))

    there = rows.collect_schema().names()
    apart = ("flow", "complete", "status")
    cell = [each for each in ORDER if each in there and each not in apart]
    row = nw.when(nw.col(VALUE).is_null()).then(nw.lit(WITHHELD)).otherwise(nw.lit(PUBLISHED))
    counted = {
        "imports": nw.when(is_import).then(row).otherwise(nw.lit(0)),
        "exports": nw.when(is_export).then(row).otherwise(nw.lit(0)),
    }
    marks = {"part": (~nw.col("complete")).fill_null(True).cast(nw.Int64)}
    told = {"complete": nw.col("part") == 0}
    if "status" in there:
        marks["unsure"] = _how_unsure()
        told["status"] = _status()

    amounts = rows.select(*cell, amount.alias(VALUE), **counted, **marks)
    sums = shape.group_joinable(
        amounts,
        cell,
        nw.col(VALUE).sum(),
        nw.col(*counted).sum(),
        nw.col(*marks).max(),
    )

    is_twice = (nw.col("imports") > PUBLISHED) | (nw.col("exports") > PUBLISHED)
    if isinstance(sums, nw.DataFrame) and sums.select(is_twice.any()).item():
        shape.require_unique(rows.filter(is_import | is_export), [*SERIES, "period"])

    is_known = (nw.col("imports") == PUBLISHED) & (nw.col("exports") == PUBLISHED)
    found = sums.with_columns(
        nw.lit(name).alias("flow"), nw.when(is_known).then(nw.col(VALUE)).alias(VALUE), **told
    )
    order = [each for each in ORDER if each in (*there, "flow")]
    return found.select(*order, VALUE).to_native()


def _how_unsure() -> nw.Expr:
    """Number the statuses, the surest first."""
    found = nw.lit(len(STATUSES))
    for number, status in enumerate(STATUSES):
        found = nw.when(nw.col("status") == status).then(nw.lit(number)).otherwise(found)
    return found


def _status() -> nw.Expr:
    """Name the status of a number."""
    found = nw.lit("unknown")
    for number, status in enumerate(STATUSES):
        found = nw.when(nw.col("unsure") == number).then(nw.lit(status)).otherwise(found)
    return found


def beside(rows: Any, other: Any, keys: list[str]) -> Any:
    """Join to each row what stands beside it; refuse a cell that an eager frame has twice."""
    joined = rows.join(other, on=keys, how="left")
    if isinstance(joined, nw.DataFrame) and len(joined) > len(rows):
        shape.require_unique(other, keys)
    return joined


def _nothing(rows: nw.DataFrame[Any], wanted: dict[str, list[str]]) -> str:
    """Say which part of a question has no row, and what is there instead."""
    if rows.is_empty():
        return "The frame has no rows."
    left = rows
    for column in ("table", "kind", "flow", "product", "period", "partner"):
        there = left.filter(nw.col(column).is_in(wanted[column])) if column in wanted else left
        if there.is_empty():
            break
        left = there

    asked = ", ".join(wanted[column])
    if column == "partner":
        return _no_partner(rows, left, wanted, asked)
    bring = _bring(rows, wanted) if column in {"product", "period"} else ""
    hint = "" if column == "period" else close_to(asked, set(left[column]))
    return f"No rows with {column} {asked}.{hint} Here: {_span(left, column)}.{bring}"


def _no_partner(
    rows: nw.DataFrame[Any], left: nw.DataFrame[Any], wanted: dict[str, list[str]], asked: str
) -> str:
    """Say that a partner is not among the rows that are left, and where it is."""
    partner = f"{registry.partner(wanted['partner'][0]).name()} ({asked})"
    if not {"table", "period"} <= set(rows.columns):
        return f"The frame has no row of {partner}; that does not mean zero."

    native, cell = rows.to_native(), _cell(wanted)
    kinds = {gap(native, **cell, table=table).kind for table in set(left["table"])}
    if kinds == {"not at hand"}:
        said = f"Only a part of {_span(left, 'table')} is here, without {partner}; "
    else:
        said = f"{partner} is not published separately in {_span(left, 'table')}; "
    said += "that does not mean zero."

    elsewhere = rows.filter(nw.col("partner").is_in(wanted["partner"]))
    if len(elsewhere):
        said += f" It is in {_span(elsewhere, 'table')}, {_span(elsewhere, 'period')}."
    return said + _bring(rows, wanted)


def _cell(wanted: dict[str, list[str]]) -> dict[str, Any]:
    """Give the cell that is asked for; of several partners the first."""
    return {name: values[0] for name, values in wanted.items() if name not in {"kind", "table"}}


def _bring(rows: nw.DataFrame[Any], wanted: dict[str, list[str]]) -> str:
    """Say which command brings what is asked, if one does."""
    kind: Any = "".join(wanted.get("kind", [])) or None
    able = commands(rows.to_native(), kind=kind, **_cell(wanted))
    of_table = [each for each in able if "".join(wanted.get("table", [])) in each]
    best = [*of_table, *able][:1]
    return f" Bring it with `{best[0]}`." if best else ""


def _span(rows: nw.DataFrame[Any], column: str) -> str:
    here = sorted(str(value) for value in rows[column].unique().to_list())
    is_range = column == "period" and len(here) > 1
    return f"{here[0]} to {here[-1]}" if is_range else ", ".join(here[:12])
