"""
CBS's newer service (OData v4): the same tables in long form, one row for each cell that has a
value.

A row names its measure by a code, so measures are known by their title. A cell without a value is
absent, or has a `ValueAttribute` that says why. What comes is put into the shape of the v3 feed, a
row for every combination of keys and a column for every measure, so that the same table makes the
same frame whichever way it came.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa

from nltrade.errors import SourceError
from nltrade.registry.entries import Table
from nltrade.sources.cbs_notation import column_of, spelt, unnumbered, value_columns
from nltrade.sources.cbs_v3 import page_of, read_modified
from nltrade.sources.checks import Described, places_of
from nltrade.sources.plan import Piece, Plan
from nltrade.sources.transport import Again, Transport

LINK = "@odata.nextLink"
UNKNOWN = "."  # as the v3 feed writes what is unknown or secret
WHY = {"Impossible": "", "Confidential": UNKNOWN, "NotAvailable": UNKNOWN}


class Datasets(Transport):
    """One way into the newer service, for one download; a context that closes its connections."""

    variable = "NLTRADE_CBS_V4"
    home = "https://datasets.cbs.nl"

    @property
    def via(self) -> str:
        """Where a download comes from, as its provenance says it."""
        return f"the CBS datasets service (OData v4, Observations) at {self.shown}"

    def modified(self, table: str) -> str:
        """Ask when a table was modified last."""
        return read_modified(table, str(self._properties(table).get("Modified")))

    def describe(self, table: Table) -> Described:
        """Ask what a table looks like today, in the words of the v3 feed."""
        info = self._properties(table.id)
        there = [str(row.get("Identifier")) for row in self._entity(table.id, "Dimensions")]
        names = spelt(table, there)
        lists = {
            name: [_as_v3(row) for row in self._entity(table.id, f"{own}Codes")]
            for name, own in names.items()
            if own in there
        }
        return described(
            table,
            title=str(info.get("Title")),
            modified=read_modified(table.id, str(info.get("Modified"))),
            spelt=names,
            lists=lists,
            measures=self._entity(table.id, "MeasureCodes"),
        )

    def pages(self, plan: Plan, piece: Piece, described: Described) -> Iterator[pa.Table]:
        """Give the rows of a piece as the v3 feed would: every combination of keys, as text."""
        names = described.names
        columns = [name for name in plan.columns if name not in plan.dimensions]
        codes = " or ".join(f"Measure eq '{names[name]}'" for name in columns)
        condition = f"({codes})" + (f" and {piece.asks(names)}" if piece.keys else "")
        dimensions = [names[name] for name in plan.dimensions]
        url = f"{self._url(plan.request.table)}/Observations"
        question = {
            "$filter": condition,
            "$select": ",".join(["Measure", "ValueAttribute", "Value", *dimensions]),
        }
        come = 0
        most = len(columns) * piece.rows

        def read(body: bytes) -> tuple[pa.Table, str | None]:
            nonlocal come
            page, link = _decoded(body, dimensions)
            rows = come + page.num_rows
            if rows > most or (link is not None and page.num_rows == 0):
                raise SourceError(f"{self.shown} sends more figures than there are keys: {rows}.")
            if link is None:
                self._settle(plan, condition, rows)
            come = rows
            return page, link

        what = f"{plan.request.table} ({piece.filter or 'all'})"
        cells = pa.concat_tables(self.follow(lambda: what, url, question, read))
        yield wide(cells, plan, piece, described)

    def _settle(self, plan: Plan, condition: str, rows: int) -> None:
        """Hold the number of cells against the count of the service, where it counts."""
        url = f"{self._url(plan.request.table)}/Observations/$count"
        counted = self.counted(url, {"$filter": condition})
        if counted not in {None, rows}:
            raise Again(f"{rows} figures came where there are {counted}")

    def _properties(self, table: str) -> dict[str, Any]:
        return self.json(f"Properties of {table}", f"{self._url(table)}/Properties")

    def _entity(self, table: str, entity: str) -> list[dict[str, Any]]:
        return self.rows(f"{entity} of {table}", f"{self._url(table)}/{entity}", None, LINK)

    def _url(self, table: str) -> str:
        return f"{self.address}/odata/v1/CBS/{table}"  # identifiers are case-sensitive here


def described(
    table: Table,
    *,
    title: str,
    modified: str,
    spelt: Mapping[str, str],
    lists: Mapping[str, list[dict[str, Any]]],
    measures: Sequence[Mapping[str, Any]],
) -> Described:
    """Describe a table of the long form in the words of the v3 feed; measures by their titles."""
    kinds = {table.period: "TimeDimension"}
    properties: list[dict[str, Any]] = [
        {"Type": kinds.get(name, "Dimension"), "Key": own, "Title": own}
        for name, own in spelt.items()
    ]
    by_title: dict[str, list[str]] = {}
    for row in measures:
        code, words = str(row.get("Identifier")), str(row.get("Title"))
        by_title.setdefault(column_of(words).lower(), []).append(code)
        unit = row.get("Unit")
        properties.append({"Type": "Topic", "Key": code, "Title": words, "Unit": unit})

    found = {}
    for name in value_columns(table):
        codes = by_title.get(unnumbered(name), [])
        if len(codes) == 1:
            found[name] = codes[0]
    return Described(
        title=" ".join(title.split()),
        modified=modified,
        properties=properties,
        lists=dict(lists),
        spelt=dict(spelt),
        measures=found,
    )


def wide(cells: pa.Table, plan: Plan, piece: Piece, described: Described) -> pa.Table:
    """Put cells of the long form into rows for every combination of keys, in registered names."""
    names = described.names
    keys = {name: piece.keys.get(name, described.keys[name]) for name in plan.dimensions}
    columns = [name for name in plan.columns if name not in plan.dimensions]
    shape = [len(columns), *map(len, keys.values())]

    axes = [(cells["Measure"], [names[name] for name in columns])]
    axes += [(cells[names[name]], list(known)) for name, known in keys.items()]
    found = [places_of(column, known) for column, known in axes]
    strange = sorted(str(key) for _, others in found for key in others)
    if strange:
        raise SourceError(f"Figures came of keys that were not asked for: {strange[:5]}.")
    places = [at for at, _ in found]
    flat = np.ravel_multi_index(places, shape) if cells.num_rows else np.array([], int)
    if len(np.unique(flat)) < len(flat):
        raise SourceError(f"{plan.request.table}: figures came twice. Nothing was kept.")

    cube = np.full(prod(shape), UNKNOWN, dtype=object)
    cube[flat] = _texts(cells)
    values = cube.reshape(len(columns), -1)

    grid = np.meshgrid(*(np.arange(len(known)) for known in keys.values()), indexing="ij")
    rows = {
        name: pa.array(np.array(known, dtype=object)[at.ravel()], pa.string())
        for (name, known), at in zip(keys.items(), grid, strict=True)
    }
    rows |= {name: pa.array(values[at], pa.string()) for at, name in enumerate(columns)}
    return pa.table(rows)


def _texts(cells: pa.Table) -> list[str]:
    """Write values as the v3 feed does; where there is none, the mark that says why."""
    found = []
    pairs = zip(cells["Value"].to_pylist(), cells["ValueAttribute"].to_pylist(), strict=True)
    for value, why in pairs:
        if value is None:
            found.append(WHY.get(str(why), UNKNOWN))
        else:
            found.append(f"{value:.0f}" if value.is_integer() else repr(value))
    return found


def _as_v3(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row.get(name) for name in ("Title", "Description", "Status") if name in row}
    return {"Key": row.get("Identifier"), **kept}


def _decoded(body: bytes, dimensions: Sequence[str]) -> tuple[pa.Table, str | None]:
    """Read a page of cells into columns."""
    texts = [(name, pa.string()) for name in ["Measure", "ValueAttribute", *dimensions]]
    return page_of(body, pa.struct([*texts, ("Value", pa.float64())]), LINK)
