"""
What must hold before a download counts: the table is the one that is registered, and its figures fit together.

Each function gives the faults it finds, as sentences; none means that nothing speaks against the download.
"""

from collections.abc import Collection, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nltrade import registry
from nltrade.errors import SnapshotError
from nltrade.registry.entries import Table
from nltrade.sources.notation import NO_VALUE, period_of
from nltrade.sources.plan import Piece, Request

NUMBER = r"^[+-]?\d+(\.\d+)?$"
TOLERANCE = 0.0001  # of a total
MISSING = {
    "Missing",
    "None",
    "Impossible",
    "",
    None,
}  # meanings of an absent cell that leave it missing


def schema_faults(
    table: Table, properties: Sequence[Mapping[str, Any]], values: Collection[str]
) -> list[str]:
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
    there = {
        row["Key"]: row for row in properties if row.get("Type") != "TopicGroup" and row.get("Key")
    }
    dimensions = {key for key, row in there.items() if str(row["Type"]).endswith("Dimension")}
    faults = []
    if dimensions != set(table.dimensions):
        faults.append(
            f"dimensions are {_names(dimensions)}, registered are {_names(table.dimensions)}"
        )
    topics = {key for key in there if key not in dimensions}
    if lost := [name for name in values if name not in topics]:
        new = topics - set(table.measures) - set(registry.product_keys(table.id))
        faults.append(
            f"no measure {_names(lost)} any more; not registered are {_names(new) or 'no others'}"
        )
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
            faults.append(
                f"new in {name}: {_names(new)}, which the registry does not know; {remedy}"
            )
    for key in keys[table.period]:
        try:
            period_of(key)
        except SnapshotError as error:
            faults.append(str(error))
    return faults


def cell_faults(
    request: Request, piece: Piece, cells: pa.Table, keys: Mapping[str, Sequence[str]]
) -> list[str]:
    """
    Look for what cannot be right in the cells of one piece.

    Parameters
    ----------
    request : Request
        What is asked.
    piece : Piece
        The question that brought them.
    cells : pyarrow.Table
        The columns of CBS, as text.
    keys : mapping of str to sequence of str
        The keys of each dimension table.

    Returns
    -------
    list of str
    """
    table = registry.table(request.table)
    if cells.num_rows == 0:
        return [
            f"no row for {piece.filter or 'the whole table'}: do its keys stand otherwise in the rows?"
        ]
    asked = {
        name: [key.strip() for key in piece.keys.get(name, keys[name])] for name in table.dimensions
    }
    faults, places = [], []
    for name, known in asked.items():
        coded = cells[name].combine_chunks().dictionary_encode()
        place_of = {key: place for place, key in enumerate(known)}
        there = [str(key) for key in coded.dictionary.to_pylist()]
        if strange := [key for key in there if key.strip() not in place_of]:
            why = "were not asked for" if name in piece.keys else "its table does not list"
            faults.append(f"{name} has {_names(strange)}, which {why}")
        else:
            places.append(np.array([place_of[key.strip()] for key in there])[coded.indices])
    numbers = {}
    for name in set(cells.column_names) - set(asked):
        text = pc.utf8_trim_whitespace(cells[name])
        text = pc.if_else(pc.is_in(text, pa.array(list(NO_VALUE))), None, text)
        try:
            numbers[name] = text.cast(pa.float64()).to_numpy()
        except pa.ArrowInvalid:
            odd = (
                text.filter(pc.invert(pc.match_substring_regex(text, NUMBER))).unique().to_pylist()
            )
            faults.append(
                f"{name} has {_names(odd)}, which is neither a number nor a mark for none"
            )
    if faults:
        return faults
    shape = [len(known) for known in asked.values()]
    flat = np.ravel_multi_index(places, shape)
    if (twice := int((np.bincount(flat) > 1).sum())) > 0:
        return [f"{twice} rows are there twice"]
    for name, values in numbers.items():
        cube = np.full(prod(shape), np.nan)
        cube[flat] = values
        faults += [f"{name}: {fault}" for fault in _total_faults(table, asked, cube.reshape(shape))]
    return faults


def _total_faults(table: Table, keys: Mapping[str, list[str]], cube: np.ndarray) -> list[str]:
    """
    Hold totals against their parts, where all are there; each dimension is an axis of the cube.

    The EU and the rest make the world. The parts of a product may leave a remainder, since what is secret can be in
    a total and in no part; that they exceed it cannot be. (Services can be negative, so their parts can.)
    """
    faults = []
    ids = {
        table.partner: registry.partner_keys(table.id),
        table.product: registry.product_keys(table.id),
    }
    for axis, name in enumerate(keys):
        if name == table.partner:
            parent = {"EU": "WORLD", "NON-EU": "WORLD"}
        elif name == table.product and table.kind == "goods":
            parent = {p.id: p.id[:-1] or "TOTAL" for p in ids[name].values() if p.id.isdigit()}
        else:
            continue
        place_of = {
            ids[name][key].id: place for place, key in enumerate(keys[name]) if key in ids[name]
        }
        pairs = [
            (place_of[whole], place_of[part])
            for part, whole in parent.items()
            if part in place_of and whole in place_of
        ]
        if not pairs:
            continue
        wholes = sorted({whole for whole, _ in pairs})
        makes = np.zeros((len(wholes), len(keys[name])))
        makes[[wholes.index(whole) for whole, _ in pairs], [part for _, part in pairs]] = 1
        cells = np.moveaxis(cube, axis, 0)
        there = np.tensordot(makes, ~np.isnan(cells), 1)
        excess = np.tensordot(makes, np.nan_to_num(cells), 1) - cells[wholes]
        if name == table.partner:
            excess = np.where(there == 2, np.abs(excess), np.nan)
        # Cells are rounded to the unit, and CBS's own totals miss a little more here and there: 5 of 97,973 in 2002.
        wrong = np.argwhere(excess > 0.5 * (there + 1) + TOLERANCE * np.abs(cells[wholes]))
        if len(wrong):
            first = tuple(wrong[0])
            others = [each for each in keys if each != name]
            where = [
                keys[name][wholes[first[0]]],
                *(keys[other][at] for other, at in zip(others, first[1:], strict=True)),
            ]
            many = f"in {len(wrong)} places the parts in {name} do not make the whole"
            faults.append(
                f"{many}, as in {', '.join(where)}: by {abs(excess[first]):,.0f} {table.unit}"
            )
    return faults


def _names(names: Collection[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names)[:8]) + (", …" if len(names) > 8 else "")
