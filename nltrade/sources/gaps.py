"""
Why a frame has no value for a cell: four gaps, and none of them stands for another.

CBS *withholds* a cell (it is there, without a value); or it is *not in the table* (no such cell
exists); or it is *not at hand*, since only a part of the table was copied, fetched or loaded; or
there is a value, which can be *zero*. What a table has comes from the lists of keys of the snapshot
that the frame names, else from the registry.
"""

from typing import Any, Literal, NamedTuple

import msgspec
import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from nltrade import registry
from nltrade.registry import periods
from nltrade.registry.entries import Freq, Kind, Table
from nltrade.sources import provenance, store
from nltrade.sources.plan import Request, listed
from nltrade.sources.snapshot import Snapshot

COLUMNS = {"table", "partner", "product", "period", "flow", "value_meur", "missing"}
BOTH_FLOWS = {"total trade": ["import", "export"]}


class Gap(msgspec.Struct, frozen=True):
    """What there is of a cell, and the command that brings it where it is not at hand."""

    kind: Literal["value", "zero", "withheld", "not in the table", "not at hand"]
    command: str = ""


class Cell(NamedTuple):
    """What is asked of a table; what is left open may be anything."""

    partner: str | None
    product: str | None
    period: str | None
    flow: str | None


def gap(
    frame: IntoFrame,
    *,
    table: str,
    partner: str | None = None,
    product: str | None = None,
    period: str | None = None,
    flow: str | None = None,
) -> Gap:
    """
    Tell which of the gaps a cell of a table is, so that no missing value is taken for another.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine. Of a lazy one, the rows of the cell are collected.
    table : str
        Identifier of the table. Of one that is not registered (your own), what the frame lacks is
        not in the table.
    partner, product, period, flow : str, optional
        The cell, as the tidy frame names it; what is left out may be anything.

    Returns
    -------
    Gap
        ``value`` and ``zero``: there is one. ``withheld``: the source gives none. ``not in the
        table``: it has no such partner, product, period or flow. ``not at hand``: it has, and
        `command` brings it.

    Examples
    --------
    >>> import nltrade as nl
    >>> trade = nl.load()
    >>> gap(trade, table="83028NED", partner="RU", product="TOTAL", period="2012").kind
    'value'
    >>> gap(trade, table="83028NED", partner="HR", product="TOTAL", period="2012").kind
    'withheld'
    >>> gap(trade, table="83028NED", partner="KI", product="TOTAL", period="2012").kind
    'not in the table'
    >>> gap(trade, table="7137shih", partner="RU", product="33", period="2012").command
    'nltrade fetch 7137shih --partner RU --product 33 --years 2012'
    """
    cell = Cell(partner, product, period, flow)
    rows = _rows(frame, {"table": table, **cell._asdict()})

    if len(rows):
        values = [value for value in rows["value_meur"].to_list() if not pd.isna(value)]
        if values:
            return Gap("value" if any(values) else "zero")
        marks = set(rows["missing"].to_list()) if "missing" in rows.columns else set()
        # CBS's "impossible": there can be no such cell, as of a country before it existed.
        return Gap("not in the table" if marks == {"impossible"} else "withheld")

    if table not in registry.all_tables() or not _has(frame, registry.table(table), cell):
        return Gap("not in the table")

    return Gap("not at hand", _command(registry.table(table), cell))


def commands(
    frame: IntoFrame,
    *,
    kind: Kind | None = None,
    partner: str | None = None,
    product: str | None = None,
    period: str | None = None,
    flow: str | None = None,
) -> list[str]:
    """
    List the commands that bring what a frame has not, whichever table has it.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine.
    kind : {"goods", "services"}, optional
        Which tables; both by default.
    partner, product, period, flow : str, optional
        What is missing, as the tidy frame names it.

    Returns
    -------
    list of str
        One for each registered table that has it and is not at hand, or not in that part; empty
        where no table has it.

    Examples
    --------
    >>> import nltrade as nl
    >>> commands(nl.load(), partner="RU", product="333", period="2012")
    ['nltrade fetch 7137shih --partner RU --product 333 --years 2012']
    >>> commands(nl.load(), partner="KI", product="333", period="2012")
    []
    """
    cell = {"partner": partner, "product": product, "period": period, "flow": flow}
    able = [table.id for table in registry.tables().values() if kind in {None, table.kind}]
    gaps = [gap(frame, table=id, **cell) for id in able]
    return [one.command for one in gaps if one.command]


def absent_partners(
    frame: IntoFrame, *, table: str, product: str | None = None, period: str | None = None
) -> list[str]:
    """
    List the partners that a table has and the frame has no row of: a place needs all of them.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine.
    table : str
        Identifier of the table; one that is not registered (your own) lacks none.
    product, period : str, optional
        Only the rows of these.

    Returns
    -------
    list of str
        ISO codes and slugs, in order; a key that the registry does not know stands for itself.

    Examples
    --------
    >>> import nltrade as nl
    >>> len(absent_partners(nl.load("83028NED", partner=["RU", "US"]), table="83028NED"))
    75
    """
    if table not in registry.all_tables():
        return []

    asked = {"table": table, "product": product, "period": period}
    there = set(_rows(frame, asked)["partner"].unique().to_list())

    return sorted(_partners(frame, registry.table(table)) - there)


def is_whole(
    frame: IntoFrame, *, table: str, product: str | None = None, period: str | None = None
) -> bool:
    """
    Tell whether a frame has all partners of a table, as a place or a rank needs.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine.
    table : str
        Identifier of the table.
    product, period : str, optional
        Only the rows of these.

    Returns
    -------
    bool
        False where a part was fetched, loaded or selected.

    Examples
    --------
    >>> import nltrade as nl
    >>> trade = nl.load("83028NED")
    >>> is_whole(trade, table="83028NED", period="2012")
    True
    >>> is_whole(nl.select(trade, partner="RU"), table="83028NED", period="2012")
    False
    """
    return not absent_partners(frame, table=table, product=product, period=period)


def _rows(frame: IntoFrame, asked: dict[str, str | None]) -> nw.DataFrame[Any]:
    """Collect the rows of a cell; of parts that are not asked for, whatever there is."""
    rows: Any = nw.from_native(frame)

    there = rows.collect_schema().names()
    conditions = [
        nw.col(column).is_in(BOTH_FLOWS.get(value, [value]))
        for column, value in asked.items()
        if value is not None and column in there
    ]

    rows = rows.select(*(name for name in there if name in COLUMNS)).filter(*conditions)
    return rows.collect() if isinstance(rows, nw.LazyFrame) else rows


def _parts(frame: IntoFrame, table: Table) -> list[Snapshot]:
    """Give the downloads of a table that the frame is from."""
    pairs = [pair for pair in provenance.pairs(frame) if pair[0] == table.id]
    return [part for pair in pairs for part in provenance.parts(*pair)]


def _partners(frame: IntoFrame, table: Table) -> set[str]:
    """Give the partners of a table: by the snapshot's list of keys, else as registered."""
    known = registry.partner_keys(table.id)
    listed = [key for part in _parts(frame, table) for key in part.listed(table.partner)]
    return {known[key].id if key in known else key for key in listed or known}


def _has(frame: IntoFrame, table: Table, cell: Cell) -> bool:
    """Tell whether a table has a cell, wherever it may be."""
    partner, product, period, flow = cell
    if partner is not None and partner not in _partners(frame, table):
        return False
    products = {one.id for one in registry.product_keys(table.id).values()}
    if product is not None and product not in products:
        return False
    flows = {*table.measures.values(), *table.flows.values()}
    if flow is not None and not flows.issuperset(BOTH_FLOWS.get(flow, [flow])):
        return False

    if period is None:
        return True
    if not (periods.PERIOD.fullmatch(period) and table.covers(period)):
        return False
    return not table.freqs or _freq(period) in table.freqs


def _freq(period: str) -> Freq:
    """Read the frequency of a period: 2012, 2012-Q1 or 2012-01."""
    if len(period) == len("2012"):
        return "A"
    return "Q" if "Q" in period else "M"


def _command(table: Table, cell: Cell) -> str:
    """Say what brings a cell: what lies here already is loaded, the rest is fetched."""
    partner, product, period, _ = cell
    asked = Request(
        table=table.id,
        partners=listed(partner),
        products=listed(product),
        first=(period or table.first)[:4],
        last=(period or table.last)[:4],
        freqs=[_freq(period or table.first)],
    )

    here = store.at_hand(table.id)
    requests = [part.origin.request for part in here if part.origin.request]
    if any(_holds(request, asked) for request in requests):
        return f'nl.load("{table.id}")'

    freqs: list[Freq] = asked.freqs
    words = ["nltrade fetch", table.id]
    if here and table.status == "current":
        # CBS has a newer state by now: a part of that would not take the place of what is here.
        kept = {freq for request in requests for freq in request.freqs}
        freqs = sorted({*freqs, *kept})
    else:
        words += [f"--partner {partner}" for partner in asked.partners]
        words += [f"--product {product}" for product in asked.products]
        words += [f"--years {asked.first}"] if period else []

    if freqs != ["A"]:
        words += [f"--freq {freq}" for freq in freqs]
    return " ".join(words)


def _holds(request: Request, asked: Request) -> bool:
    """Tell whether a request has a cell; what the cell leaves open may be anything."""
    return request.holds(
        msgspec.structs.replace(
            asked,
            partners=asked.partners or request.partners,
            products=asked.products or request.products,
        )
    )
