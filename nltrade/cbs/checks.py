"""
What must hold before a download counts: the table is the one that is registered, and its figures fit together.

Each function gives the faults it finds, as sentences; none means that nothing speaks against the download.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.cbs.notation import NO_VALUE, period_of
from nltrade.cbs.plan import Piece, Request
from nltrade.errors import SnapshotError
from nltrade.registry.entries import Table

TOLERANCE = 0.0001  # of a total
MISSING = {"Missing", "None", "Impossible", "", None}  # meanings of an absent cell that leave it missing


def schema_faults(table: Table, properties: Sequence[Mapping[str, Any]], values: Collection[str]) -> list[str]:
    """
    Compare what CBS says of the columns of a table with what is registered.

    Parameters
    ----------
    table : Table
        The registered table.
    properties : sequence of mapping
        The entity ``DataProperties``.
    values : collection of str
        The value columns that are asked for.

    Returns
    -------
    list of str
    """
    there = {row["Key"]: row for row in properties if row.get("Type") != "TopicGroup" and row.get("Key")}
    dimensions = {key for key, row in there.items() if str(row["Type"]).endswith("Dimension")}
    faults = []
    if dimensions != set(table.dimensions):
        faults.append(f"dimensions are {_names(dimensions)}, registered are {_names(table.dimensions)}")
    topics = {key for key in there if key not in dimensions}
    if lost := [name for name in values if name not in topics]:
        new = topics - set(table.measures) - set(registry.product_keys(table.id))
        faults.append(f"no measure {_names(lost)} any more; not registered are {_names(new) or 'no others'}")
    for name in [name for name in values if name in topics]:
        unit = " ".join(str(there[name].get("Unit")).split())
        if unit != table.unit:
            faults.append(f"the unit of {name} is {unit!r}, registered is {table.unit!r}")
        if there[name].get("Default") not in MISSING:
            faults.append(f"an absent cell of {name} means {there[name]['Default']!r}, not missing")
    return faults


def key_faults(request: Request, keys: Mapping[str, Sequence[str]]) -> list[str]:
    """
    Find the keys that CBS has and the registry does not, as far as they are asked for; and periods of no known form.

    Parameters
    ----------
    request : Request
        What is asked.
    keys : mapping of str to sequence of str
        The keys of each dimension table.

    Returns
    -------
    list of str
    """
    table = registry.table(request.table)
    known: dict[str | None, Collection[str]] = {}
    if not request.partners:
        known[table.partner] = registry.partner_keys(table.id)
    if not request.products:
        known[table.product] = registry.product_keys(table.id)
    faults = []
    for name, registered in known.items():
        if name and (new := sorted({key for key in keys[name] if key.strip() not in registered})):
            remedy = "ask for the others by name, or register these"
            faults.append(f"new in {name}: {_names(new)}, which the registry does not know; {remedy}")
    for key in keys[table.period]:
        try:
            period_of(key)
        except SnapshotError as error:
            faults.append(str(error))
    return faults


def cell_faults(request: Request, piece: Piece, cells: pd.DataFrame, keys: Mapping[str, Sequence[str]]) -> list[str]:
    """
    Look for what cannot be right in the cells of one piece.

    Parameters
    ----------
    request : Request
        What is asked.
    piece : Piece
        The question that brought them.
    cells : pandas.DataFrame
        The columns of CBS, as text.
    keys : mapping of str to sequence of str
        The keys of each dimension table.

    Returns
    -------
    list of str
    """
    table = registry.table(request.table)
    faults = []
    for name in table.dimensions:
        asked = {key.strip() for key in piece.keys.get(name, keys[name])}
        if strange := sorted({str(key) for key in cells[name].unique() if str(key).strip() not in asked}):
            why = "were not asked for" if name in piece.keys else "its table does not list"
            faults.append(f"{name} has {_names(strange)}, which {why}")
    if cells.empty:
        faults.append(f"no row for {piece.filter or 'the whole table'}: do its keys stand otherwise in the rows?")
    numbers = {}
    for name in cells.columns.difference(table.dimensions):
        text = cells[name].str.strip()
        numbers[name] = pd.to_numeric(text.mask(text.isin(NO_VALUE)), errors="coerce")
        if odd := sorted(set(text[numbers[name].isna() & ~text.isin(NO_VALUE) & text.notna()])):
            faults.append(f"{name} has {_names(odd)}, which is neither a number nor a mark for none")
    return faults or _total_faults(table, cells.assign(**numbers))


def _total_faults(table: Table, cells: pd.DataFrame) -> list[str]:
    """
    Hold totals against their parts, where all are there.

    The EU and the rest make the world. The parts of a product may leave a remainder, since what is secret can be in
    a total and in no part; that they exceed it cannot be. (Services can be negative, so their parts can.)
    """
    faults = []
    partner = {key: p.id for key, p in registry.partner_keys(table.id).items()}
    code = {key: p.id for key, p in registry.product_keys(table.id).items()}
    whole_of = [(table.partner, {key: "WORLD" for key, id in partner.items() if id in {"EU", "NON-EU"}}, partner)]
    if table.product and table.kind == "goods":
        parents = {key: id[:-1] if id.isdigit() and len(id) > 1 else "TOTAL" for key, id in code.items()}
        whole_of.append((table.product, {key: parents[key] for key, id in code.items() if id != "TOTAL"}, code))
    values = [name for name in cells.columns if name not in table.dimensions]
    for name, parent, ids in whole_of:
        others = [each for each in table.dimensions if each != name]
        keys = cells[name].str.strip()
        parts = cells.assign(whole=keys.map(parent)).dropna(subset="whole").groupby(["whole", *others])[values]
        wholes = cells.assign(whole=keys.map(ids)).set_index(["whole", *others])[values]
        sums = parts.sum(min_count=1)
        wholes = wholes.reindex(sums.index)
        excess = sums - wholes
        if name == table.partner:
            excess = excess.abs().where(parts.count() == 2)
        # Cells are rounded to the unit, and CBS's own totals miss a little more here and there: 5 of 97,973 in 2002.
        wrong = (excess > 0.5 * (parts.count() + 1) + TOLERANCE * wholes.abs()).any(axis=1)
        if wrong.any():
            first = excess[wrong].iloc[0]
            where, by = ", ".join(map(str, excess[wrong].index[0])), first.abs().max()
            many = f"{name}: in {wrong.sum()} places the parts do not make the whole"
            faults.append(f"{many}, as in {where}: by {by:,.0f} {table.unit}")
    return faults


def _names(names: Collection[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names)[:8]) + (", …" if len(names) > 8 else "")
