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
from nltrade.sources.cbs_v3 import REFUSED, page_of, read_modified
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
    remedy = REFUSED

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
        measures = self._entity(table.id, "MeasureCodes")
        kinds = {table.period: "TimeDimension"}
        properties: list[dict[str, Any]] = [
            {"Type": kinds.get(name, "Dimension"), "Key": own, "Title": own}
            for name, own in names.items()
        ]
        for row in measures:
            topic = {"Key": str(row.get("Identifier")), "Title": str(row.get("Title"))}
            properties.append({"Type": "Topic", **topic, "Unit": row.get("Unit")})
        return Described(
            title=" ".join(str(info.get("Title")).split()),
            modified=read_modified(table.id, str(info.get("Modified"))),
            properties=properties,
            lists=lists,
            spelt=names,
            measures=codes_of(table, measures),
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
        most = len(columns) * piece.rows

        def read(body: bytes, start: int) -> tuple[pa.Table, str | None]:
            page, link = _decoded(body, dimensions)
            rows = start + page.num_rows
            if rows > most or (link is not None and page.num_rows == 0):
                raise SourceError(f"{self.shown} sends more figures than there are keys: {rows}.")
            if link is None:
                self._settle(plan, condition, rows)
            return page, link

        what = f"{plan.request.table} ({piece.filter or 'all'})"
        cells = pa.concat_tables(self.follow(what, url, question, read))
        keys = {name: piece.keys.get(name, described.keys[name]) for name in plan.dimensions}
        yield wide(cells, names, keys, columns)

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


def codes_of(table: Table, measures: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Find the code of each registered value column by its title; what is not sure is left out."""
    by_title: dict[str, list[str]] = {}
    for row in measures:
        title = column_of(str(row.get("Title"))).lower()
        by_title.setdefault(title, []).append(str(row.get("Identifier")))

    codes = {name: by_title.get(unnumbered(name), []) for name in value_columns(table)}
    return {name: found[0] for name, found in codes.items() if len(found) == 1}


def wide(
    cells: pa.Table,
    names: Mapping[str, str],
    keys: Mapping[str, Sequence[str]],
    columns: Sequence[str],
) -> pa.Table:
    """
    Put cells of the long form into rows for every combination of keys, as text.

    `names` gives the names and codes in the cells of the registered dimensions and columns.
    """
    axes = [(cells["Measure"], [names[name] for name in columns])]
    axes += [(cells[names[name]], list(known)) for name, known in keys.items()]
    found = [places_of(column, known) for column, known in axes]
    strange = sorted(str(key) for _, others in found for key in others)
    if strange:
        raise SourceError(f"Figures came of keys that were not asked for: {strange[:5]}.")

    shape = [len(known) for _, known in axes]
    places = [at for at, _ in found]
    flat = np.ravel_multi_index(places, shape) if cells.num_rows else np.array([], int)
    if len(np.unique(flat)) < len(flat):
        raise SourceError("Figures came twice for the same keys. Nothing was kept.")
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
            found.append(as_text(value))
    return found


def as_text(value: float) -> str:
    """Write a number as the v3 feed does: one without decimals where it has none."""
    return f"{value:.0f}" if value.is_integer() else repr(value)


def _as_v3(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row.get(name) for name in ("Title", "Description", "Status") if name in row}
    return {"Key": row.get("Identifier"), **kept}


def _decoded(body: bytes, dimensions: Sequence[str]) -> tuple[pa.Table, str | None]:
    """Read a page of cells into columns."""
    texts = [(name, pa.string()) for name in ["Measure", "ValueAttribute", *dimensions]]
    return page_of(body, pa.struct([*texts, ("Value", pa.float64())]), LINK)
