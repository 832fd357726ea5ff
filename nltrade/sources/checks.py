"""
What must hold before a download counts: the table is the one that is registered, and its figures
fit together, and with those that were here.

Each function gives the faults it finds, as sentences; none means that nothing speaks against it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from math import prod
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nltrade import registry
from nltrade.errors import SnapshotError
from nltrade.registry.entries import Table
from nltrade.sources.cbs_notation import NO_VALUE, period_of
from nltrade.sources.plan import Piece, Request, asked_columns

NUMBER = r"^[+-]?\d+(\.\d+)?$"
LARGEST = 2.0**53  # beyond it a float is no exact number any more, nor any trade so large
TOLERANCE = 0.0001  # of a total
MISSING = {"Missing", "None", "Impossible", "", None}  # of an absent cell: it stays missing


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """
    A table as its source describes it at one moment.

    `spelt` and `measures` give the source's own name for each registered dimension and value
    column; `lists` the keys and titles of each dimension; `records` how many rows the table has in
    all, where the source tells.
    """

    title: str
    modified: str
    properties: list[dict[str, Any]]
    lists: dict[str, list[dict[str, Any]]]
    spelt: dict[str, str]
    measures: dict[str, str]
    records: int | None = None

    @property
    def keys(self) -> dict[str, list[str]]:
        """The keys of each dimension, verbatim."""
        return {name: [str(row["Key"]) for row in rows] for name, rows in self.lists.items()}

    @property
    def names(self) -> dict[str, str]:
        """The source's own name for each registered column."""
        return self.spelt | self.measures


def table_faults(request: Request, described: Described) -> list[str]:
    """Compare what CBS says of a table with what is registered, as far as it is asked for."""
    table, rows = registry.table(request.table), described.properties
    if not all(isinstance(row.get("Type") or row.get("Key"), str) for row in rows):
        return ["its list of columns is not as CBS writes it"]

    faults = _column_faults(table, described, asked_columns(request))
    for name, listed in described.lists.items():
        if fault := _list_fault(listed):
            faults.append(f"the list of {name} {fault}")
    return faults or [*_key_faults(request, described), *_period_faults(table, described)]


def _column_faults(table: Table, described: Described, asked: Sequence[str]) -> list[str]:
    """Hold dimensions, measures and units against the registered ones."""
    there = {str(row["Key"]): row for row in described.properties if row.get("Key")}
    dimensions = {key for key, row in there.items() if str(row.get("Type")).endswith("Dimension")}
    faults = []
    if dimensions != set(described.spelt.values()):
        faults.append(
            f"dimensions are {_names(dimensions)}, expected were {_names(table.dimensions)}"
        )

    lost = [name for name in asked if name not in described.measures]
    if lost:
        known = {*described.measures.values(), *dimensions}
        new = [key for key, row in there.items() if key not in known and row["Type"] == "Topic"]
        faults.append(f"no measure {_names(lost)} any more; new are {_names(new) or 'no others'}")

    for name in asked:
        topic = there.get(described.measures.get(name, ""), {})
        unit = " ".join(str(topic.get("Unit")).split())
        if topic and unit != table.unit:
            faults.append(f"the unit of {name} is {unit!r}, expected was {table.unit!r}")
        if topic and topic.get("Default") not in MISSING:
            faults.append(f"a missing figure in {name} means {topic['Default']!r}, not missing")
    return faults


def _list_fault(listed: Sequence[Mapping[str, Any]]) -> str:
    """Find what keeps a list of keys from being one."""
    texts = [row.get(part) for row in listed for part in ("Key", "Title")]
    if not all(isinstance(text, str) for text in texts):
        return "has rows without a key or a title"
    # A line may break in a title; other control characters would reach the terminal.
    odd = [text for text in texts if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", str(text))]
    if odd:
        return f"has {odd[0]!r}, with characters that no text has"
    keys = [str(row["Key"]).strip() for row in listed]
    return "has keys twice" if len(set(keys)) < len(keys) else ""


def _key_faults(request: Request, described: Described) -> Iterator[str]:
    """Find keys that are not registered, as far as they are asked for."""
    table = registry.table(request.table)
    listed: list[tuple[str | None, Mapping[str, Any], list[str]]] = [
        (table.partner, registry.partner_keys(table.id), request.partners),
        (table.product, registry.product_keys(table.id), request.products),
    ]
    for name, known, asked in listed:
        if name not in described.keys:
            continue  # products that are columns have no keys
        there = {key.strip() for key in described.keys[name]}
        new = sorted(there - set(known))
        if known and not there & set(known):
            yield _changed_keys(name, known, described.lists[name])
        elif new and not asked:
            yield (
                f"new in {name}: {_names(new)}, which nltrade does not know; ask for the "
                "others by name, or add these to its registry"
            )


def _period_faults(table: Table, described: Described) -> Iterator[str]:
    """Find periods of another form."""
    for key in described.keys[table.period]:
        try:
            period_of(key)
        except SnapshotError as error:
            yield str(error)


def _changed_keys(name: str, known: Mapping[str, Any], listed: Sequence[Mapping[str, Any]]) -> str:
    """Say that a dimension has other keys throughout, and which look like the known ones."""
    by_title = {" ".join(str(row["Title"]).lower().split()): str(row["Key"]) for row in listed}
    alike = []
    for key, thing in known.items():
        label = thing.named("nl") if hasattr(thing, "named") else thing.nl
        close = get_close_matches(label.lower(), by_title, n=1, cutoff=0.75)
        alike += [f"{by_title[close[0]]!r} for {key!r} ({label})" for _ in close]
    looks = f"; by their titles these look like them: {', '.join(alike[:5])}" if alike else ""
    return f"of {name}, 0 of the {len(known)} known keys are there: CBS changed the keys{looks}"


def cell_faults(
    request: Request, piece: Piece, cells: pa.Table, keys: Mapping[str, Sequence[str]]
) -> list[str]:
    """Look for what cannot be right in the cells of one piece, as text that CBS wrote."""
    table = registry.table(request.table)
    if cells.num_rows == 0:
        where = piece.filter or "the whole table"
        return [f"no row for {where}: do its keys stand otherwise in the rows?"]

    asked = {
        name: [key.strip() for key in piece.keys.get(name, keys[name])] for name in table.dimensions
    }
    places, faults = _places(cells, asked, piece)
    numbers = {}
    for name in cells.column_names:
        if name not in asked:
            values, fault = _numbers(cells[name])
            numbers[name] = values
            faults += [f"{name} has {fault}"] if fault else []
    if faults:
        return faults

    shape = [len(known) for known in asked.values()]
    flat = np.ravel_multi_index(places, shape)
    twice = int((np.bincount(flat) > 1).sum())
    if twice:
        return [f"{twice} rows are there twice"]

    for name, values in numbers.items():
        cube = np.full(prod(shape), np.nan)
        cube[flat] = values
        faults += [f"{name}: {fault}" for fault in _total_faults(table, asked, cube.reshape(shape))]
    return faults


def _places(
    cells: pa.Table, asked: Mapping[str, Sequence[str]], piece: Piece
) -> tuple[list[np.ndarray], list[str]]:
    """Give the place of each row on each dimension; keys that were not asked for are faults."""
    places, faults = [], []
    for name, known in asked.items():
        at, strange = places_of(cells[name], known)
        places.append(at)
        if None in strange:
            faults.append(f"{name} has rows without a key")
        elif strange:
            why = "were not asked for" if name in piece.keys else "its table does not list"
            faults.append(f"{name} has {_names(map(str, strange))}, which {why}")
    return places, faults


def places_of(column: pa.ChunkedArray, known: Sequence[str]) -> tuple[np.ndarray, list[Any]]:
    """Give the place of each key of a column among the known, and the keys that are not known."""
    place_of = {key.strip(): place for place, key in enumerate(known)}
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    there = coded.dictionary.to_pylist()
    places = [place_of.get(str(key).strip(), -1) for key in there]
    strange = [key for key, place in zip(there, places, strict=True) if place < 0]
    return np.array(places, int)[coded.indices.to_numpy()], strange


def _numbers(column: pa.ChunkedArray) -> tuple[np.ndarray, str]:
    """Read a column of values; what is neither a number nor a mark for none is a fault."""
    text = pc.ascii_trim_whitespace(column)
    text = pc.if_else(pc.is_in(text, pa.array(list(NO_VALUE))), None, text)
    try:
        values: np.ndarray = text.cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        values = np.full(len(text), np.nan)
    # A parser of numbers also takes inf, nan and 1e308, which no statistic is.
    empty = int(np.isnan(values).sum())
    largest = np.nanmax(np.abs(values)) if empty < len(values) else 0.0
    if empty == text.null_count and largest <= LARGEST:
        return values, ""
    odd = text.filter(pc.invert(pc.match_substring_regex(text, NUMBER))).unique().to_pylist()
    long = [] if odd else [f"{largest:.0f}"]
    return values, f"{_names(odd or long)}, which is neither a number nor a mark for none"


def _total_faults(table: Table, keys: Mapping[str, list[str]], cube: np.ndarray) -> list[str]:
    """
    Hold totals against their parts, where all are there; each dimension is an axis of the cube.

    The EU and the rest make the world. The parts of a product may leave a remainder, since what is
    secret can be in a total and in no part; that they exceed it cannot be. (Services can be
    negative, so their parts can.)
    """
    faults = []
    for axis, name in enumerate(keys):
        parts_of = _parts_of(table, name, keys[name])
        if not parts_of:
            continue

        wholes = list(parts_of)
        cells = np.moveaxis(cube, axis, 0)
        has_value, values = ~np.isnan(cells), np.nan_to_num(cells)
        there = np.stack([has_value[parts].sum(axis=0) for parts in parts_of.values()])
        sums = np.stack([values[parts].sum(axis=0) for parts in parts_of.values()])
        excess = sums - cells[wholes]
        if name == table.partner:
            excess = np.where(there == 2, np.abs(excess), np.nan)

        # Cells are rounded to the unit, and CBS's own totals miss a little more here and there: 5
        # of 97,973 in 2002.
        wrong = np.argwhere(excess > 0.5 * (there + 1) + TOLERANCE * np.abs(cells[wholes]))
        if len(wrong):
            first = tuple(wrong[0])
            others = [each for each in keys if each != name]
            where = [
                keys[name][wholes[first[0]]],
                *(keys[other][at] for other, at in zip(others, first[1:], strict=True)),
            ]
            faults.append(
                f"in {len(wrong)} places the parts in {name} do not make the whole, as in "
                f"{', '.join(where)}: by {abs(excess[first]):,.0f} {table.unit}"
            )
    return faults


def _parts_of(table: Table, name: str, keys: Sequence[str]) -> dict[int, list[int]]:
    """Give the places of the parts of each whole of a dimension, as far as both are there."""
    if name == table.partner:
        ids = {key: partner.id for key, partner in registry.partner_keys(table.id).items()}
        whole_of = {"EU": "WORLD", "NON-EU": "WORLD"}
    elif name == table.product and table.kind == "goods":
        ids = {key: product.id for key, product in registry.product_keys(table.id).items()}
        whole_of = {id: id[:-1] or "TOTAL" for id in ids.values() if id.isdigit()}
    else:
        return {}

    place_of = {ids[key]: place for place, key in enumerate(keys) if key in ids}
    found: dict[int, list[int]] = {}
    for part, whole in whole_of.items():
        if part in place_of and whole in place_of:
            found.setdefault(place_of[whole], []).append(place_of[part])
    return dict(sorted(found.items()))


def _names(names: Iterable[str]) -> str:
    quoted = [repr(name) for name in sorted(names)]
    return ", ".join([*quoted[:8], *(["…"] if len(quoted) > 8 else [])])
