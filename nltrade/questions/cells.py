"""
The cells that a ranking is made of: of one table, product and period, taken out of the engine.

A place is one among all partners, so a part of a registered table's partners is refused: whom the
frame lacks is not withheld.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import narwhals as nw
import pandas as pd

from nltrade import registry
from nltrade.errors import NoData, UnknownName
from nltrade.questions import frame as shape
from nltrade.questions.frame import VALUE
from nltrade.questions.places import DIGITS
from nltrade.questions.unpublished import ByPartner
from nltrade.sources.gaps import absent_partners

FEW = 0.1  # a share of the partners that may lack: rows without a value that a user dropped


class Cells(NamedTuple):
    """The cells of one product, in one table and period."""

    table: str
    modified: str | None
    countries: set[str]
    values: dict[str, dict[str, float | None]]  # by flow and partner
    impossible: set[tuple[str, str]]  # flow and partner of cells that cannot be

    @classmethod
    def of(cls, table: str, rows: Sequence[dict[Any, Any]]) -> "Cells":
        """Sort the rows of a table and period, each of them a cell."""
        found = cls(table, rows[0].get("modified") if rows else None, set(), {}, set())
        for row in rows:
            flow, partner = row["flow"], row["partner"]
            value = None if pd.isna(row[VALUE]) else float(row[VALUE])
            found.values.setdefault(flow, {})[partner] = value
            if row["partner_kind"] == "country":
                found.countries.add(partner)
            if row.get("missing") == "impossible":
                found.impossible.add((flow, partner))
        return found

    def by_partner(self, flow: str) -> ByPartner:
        """Give what is published of one flow; a total has no value where either flow has none."""
        flows = ["import", "export"] if flow == "total trade" else [flow]
        values = self.values.get(flow, {})

        # Totals that a frame has beside its imports and exports can be those of some partners only.
        if flow == "total trade" and (not values or self.values.keys() >= set(flows)):
            imports, exports = (self.values.get(each, {}) for each in flows)
            values = {}
            for partner in imports | exports:
                bought, sold = imports.get(partner), exports.get(partner)
                values[partner] = None
                if bought is not None and sold is not None:
                    values[partner] = round(bought + sold, DIGITS)

        partners, unit = set(values), 0.0
        if self.table in registry.tables():
            partners |= {each.id for each in registry.partner_keys(self.table).values()}
            unit = registry.units()[registry.table(self.table).unit]

        lacking = {each for each in partners if values.get(each) is None}
        cannot_be = {each for each in lacking if all((of, each) in self.impossible for of in flows)}
        return ByPartner(values, self.countries, lacking - cannot_be, unit * len(flows))


def collected(
    rows: Any,
    *,
    kind: str,
    product: str,
    asked: Sequence[str],
    table: str | tuple[str, ...] | None,
) -> tuple[dict[str, Cells], nw.DataFrame[Any]]:
    """Take the cells of a product out of the engine: by period, and as the frame they are in."""
    there = set(shape.values(rows, "table"))
    tables = {each: _table(kind, each, table, there) for each in asked}
    names = rows.collect_schema().names()
    carried = [name for name in ["modified", "missing"] if name in names]

    cells = rows.filter(
        nw.col("kind") == kind,
        nw.col("table").is_in(sorted(set(tables.values()))),
        nw.col("period").is_in(asked),
        nw.col("product") == product,
    ).select("table", "period", "flow", "partner", "partner_kind", VALUE, *carried)
    if isinstance(cells, nw.LazyFrame):
        cells = cells.collect()
    shape.require_unique(cells, ["table", "period", "flow", "partner"])
    shape.require_partners(cells)

    found = {}
    listed = cells.rows(named=True)
    for each, of in tables.items():
        mine = [row for row in listed if row["period"] == each and row["table"] == of]
        _require_whole(mine, cells, of, each)
        found[each] = Cells.of(of, mine)
    return found, cells


def _require_whole(
    rows: list[dict[str, Any]], cells: nw.DataFrame[Any], table: str, period: str
) -> None:
    """Refuse to rank a part of the partners."""
    if not rows or table not in registry.tables():
        return
    countries = {p.id for p in registry.partner_keys(table).values() if p.kind == "country"}
    lacking = countries - {row["partner"] for row in rows}
    most = FEW * len(countries)
    if len(lacking) > most:  # the snapshot's own list tells whether it has all of them
        lacking &= set(absent_partners(cells.to_native(), table=table, period=period))
    if len(lacking) > most:
        there = len(countries) - len(lacking)
        raise NoData(
            f"The frame has {there} of the {len(countries)} countries of {table} in {period}, and "
            "a place is one among all of them. Leave partners out of the selection, or bring the "
            f"rest with `nltrade fetch {table}`."
        )


def _table(kind: str, period: str, asked: str | tuple[str, ...] | None, there: set[str]) -> str:
    """Choose the table that covers a period; where several do, the user has to."""
    of_kind = {t.id: t for t in registry.tables().values() if t.kind == kind}
    spans = ", ".join(f"{t.id} {t.first}-{t.last}" for t in of_kind.values())
    names = [asked] if isinstance(asked, str) else list(asked or [])
    for name in names:
        if name in registry.all_tables() and registry.table(name).source != "CBS":
            raise UnknownName(f"{name} is another source's, not a whole set of partners: {spans}.")
        if name not in registry.tables():
            return name  # of a frame of the user's own
        if name in of_kind and of_kind[name].covers(period):
            return name
        if len(names) == 1 and name not in of_kind:
            raise UnknownName(f"Table {name} does not count {kind}. Those that do are {spans}.")
    if names:
        raise UnknownName(f"No {kind} table covers {period} among those asked. There are {spans}.")

    # Two tables of one concept count alike: the first of the registry does.
    by_concept: dict[str, str] = {}
    for id, table in of_kind.items():
        if table.covers(period) and (not there or id in there):
            by_concept.setdefault(table.concept, id)
    if not by_concept:
        raise UnknownName(f"No {kind} table covers {period}. There are {spans}.")

    first, *others = by_concept.values()
    if others:
        raise UnknownName(
            f"{kind} of {period} are in {' and '.join([first, *others])}, which count "
            f"differently: choose one with table={first!r}."
        )
    return first
