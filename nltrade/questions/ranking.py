"""
The place of each partner, and how certain it is.

CBS does not publish every country one by one, and some trade has no named partner. Each place
therefore comes with the best and the worst place that is possible:

* a group of countries published together ("Other Central and South America") could be the trade of
  a few large ones: of a group worth G, at most ``ceil(G / V) - 1`` countries can each exceed V;
* what the published parts leave of their total is that of countries whose cells are withheld, and
  could be split in the same way; where none is withheld, a little of it is but rounding;
* trade without a named partner could belong, as a whole, to any one partner on its side of the EU's
  border; where CBS withholds that trade too, what the parts leave of their total could be it;
* where services are added to goods, the services of partners without a services cell could be
  those of any of these, whole or in parts;
* there are never more countries ahead without a cell than there are countries without a cell;
* a value stands for all that rounds to it: two that rounding could turn round are a tie.

Trade that no country can have (ship's stores, the high seas, institutions) leaves every place
alone. Where the total itself is not published, or not in the frame, nothing bounds a place: best
and worst are missing. A part of a registered table's partners has no places at all.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, get_args

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoDataFrameT, IntoLazyFrame

from nltrade import registry
from nltrade.errors import NoData, UnknownName, close_to
from nltrade.questions import frame as shape
from nltrade.questions.frame import VALUE
from nltrade.questions.places import (
    Countries,
    Pools,
    certainly_ahead,
    largest_hidden,
    possibly_ahead,
)
from nltrade.questions.unpublished import TOTALS, Published, Side, pools
from nltrade.registry import periods
from nltrade.registry.periods import Periods
from nltrade.sources.gaps import absent_partners, gap

Among = Literal["outside EU", "inside EU", "all"]
Counted = Literal["goods", "services", "goods and services"]
NEEDED = ["table", "kind", "flow", "partner", "partner_kind", "product", "period", VALUE]
COUNTS = ["place", "best", "worst", "hidden"]
AMOUNTS = [VALUE, "unallocated_meur", "services_meur"]
FEW = 0.1  # a share of the partners that may lack: rows without a value that a user dropped


def rank_partners(
    frame: IntoDataFrameT | IntoLazyFrame,
    *,
    period: Periods,
    flow: str | Sequence[str] = "total trade",
    product: str | None = None,
    kind: Counted = "goods",
    among: Among = "outside EU",
    members_on: date | None = None,
    table: str | tuple[str, ...] | None = None,
    top: int | None = None,
) -> IntoDataFrameT:
    """
    Rank countries by the value of their trade, with the best and the worst place possible.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine, with its groups and residuals: they never get a place, but bound
        the certainty.
    period : str, int or several
        ``"2012"``, ``"2012-Q1"`` or ``"2012-01"``; several, as a list or ``"2012:2014"``, are
        ranked apart.
    flow : str or sequence of str
        ``"total trade"`` (imports and exports), or a flow of the tidy frame; several are ranked
        apart.
    product : str, optional
        Code of a product; the total of goods or services by default.
    kind : {"goods", "services", "goods and services"}
        What is counted. Goods and services are two concepts: their sum shows whether services
        change an order.
    among : {"outside EU", "inside EU", "all"}
        The countries that take part.
    members_on : datetime.date, optional
        Day on which membership of the EU is taken; by default the last day of the period.
    table : str or tuple of str, optional
        The table of each kind, needed where several cover the period.
    top : int, optional
        How many of each ranking; all by default.

    Returns
    -------
    frame
        Sorted by flow and place, in the eager form of the same engine: of a lazy frame the rows of
        the period are collected, as a place is one among all. `table` and, where the frame has it,
        `modified` (with services beside goods, `services_table` and `services_modified` too),
        `flow`, `partner`, `value_meur` (million euro), `place`, `best`, `worst`, and what makes a
        place uncertain: `hidden` (countries that could be ahead though not published one by one),
        `unallocated_meur` and `services_meur` (trade without a named partner, services of partners
        without a services cell; million euro). Equal values share a place. A country without a cell
        of its own has no row. `worst` is missing for a value of zero or less, and with `best` where
        the total of all partners is missing: nothing bounds them.

    Raises
    ------
    UnknownName
        A flow, product, table or period does not exist, or several tables cover the period.
    NoData
        No country has a value.
    FrameError
        A column is missing or of another type, or a cell is there twice.

    Examples
    --------
    >>> import nltrade as nl
    >>> places = nl.rank_partners(nl.load(), period=2012)
    >>> places[["partner", "value_meur", "place", "best", "worst"]].head(3)
      partner  value_meur  place  best  worst
    0      US     46665.0      1     1      1
    1      CN     39553.0      2     2      2
    2      RU     27400.0      3     3      3
    """
    asked = periods.listed(period)
    _check_words(among, kind)
    flows = sorted({registry.flow(one) for one in ([flow] if isinstance(flow, str) else flow)})
    kinds = ["goods", "services"] if kind == "goods and services" else [kind]
    for one in asked:
        periods.known(one)

    rows = at_the_door(frame)
    cells: dict[str, list[Cells]] = {each: [] for each in asked}
    for one in kinds:
        code = registry.product(product).id if product else shape.TOTAL_OF[one]
        of_kind, like = collected(rows, kind=one, product=code, asked=asked, table=table)
        for each in asked:
            cells[each].append(of_kind[each])

    found: list[dict[str, Any]] = []
    for each, of_period in cells.items():
        about = {**_sources(of_period), "period": each}
        for name in flows:
            ranked = places(of_period, each, name, among, members_on)
            found += [{**about, "flow": name, **row} for row in ranked[:top]]

    if not found:
        what = f"{', '.join(flows)} of {kind} in {', '.join(asked)}"
        tables = (each.table for of_period in cells.values() for each in of_period)
        used = list(dict.fromkeys(tables))
        cell: Any = {"product": code, "period": asked[0]}
        able = [gap(frame, table=id, **cell).command for id in used]
        bring = "".join(f" Bring it with `{command}`." for command in able if command)
        raise NoData(f"No country has a value for {what} in table {' and '.join(used)}.{bring}")
    return _as_frame(found, like)  # type: ignore[no-any-return]


def _check_words(among: str, kind: str) -> None:
    if among not in TOTALS:
        raise UnknownName(
            f"No partners {among!r}.{close_to(among, TOTALS)} Rank among {', '.join(TOTALS)}."
        )
    if kind not in get_args(Counted):
        known = get_args(Counted)
        raise UnknownName(f"No kind {kind!r}.{close_to(kind, known)} Rank {', '.join(known)}.")


def at_the_door(frame: Any) -> Any:
    """Check a frame of which partners are to be ranked."""
    rows = shape.checked(frame, NEEDED)
    shape.require_periods(rows)
    shape.require_flows(rows)
    return rows


def collected(
    rows: Any, *, kind: str, product: str, asked: Sequence[str], table: str | tuple[str, ...] | None
) -> "tuple[dict[str, Cells], nw.DataFrame[Any]]":
    """Take the cells of a product out of the engine: by period, and as the frame they are in."""
    there = set(rows["table"].unique().to_list()) if isinstance(rows, nw.DataFrame) else set()
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


def places(
    cells: "Sequence[Cells]", period: str, flow: str, among: Among, members_on: date | None
) -> list[dict[str, Any]]:
    """Rank the countries of one flow, the first one first: rows of `rank_partners`."""
    then = registry.eu_members(periods.days(period)[1])
    now = then if members_on is None else registry.eu_members(members_on)
    published = [each.published(flow) for each in cells]
    return _Ranking.of(published, among, then, now).rows()


class Cells(NamedTuple):
    """The cells of one table and period."""

    table: str
    modified: str | None
    countries: set[str]
    values: dict[str, dict[str, float | None]]  # by flow and partner
    impossible: set[tuple[str, str]]  # flow and partner of cells that cannot be

    @classmethod
    def of(cls, table: str, rows: list[dict[str, Any]]) -> "Cells":
        """Sort the rows of a table and period, each of them a cell."""
        modified = rows[0].get("modified") if rows else None
        countries = {row["partner"] for row in rows if row["partner_kind"] == "country"}
        impossible = {
            (row["flow"], row["partner"]) for row in rows if row.get("missing") == "impossible"
        }
        values: dict[str, dict[str, float | None]] = {}
        for row in rows:
            value = None if pd.isna(row[VALUE]) else float(row[VALUE])
            values.setdefault(row["flow"], {})[row["partner"]] = value
        return cls(table, modified, countries, values, impossible)

    def published(self, flow: str) -> Published:
        """Give what is published of one flow; a total has no value where either flow has none."""
        flows = [flow]
        values = self.values.get(flow, {})
        if flow == "total trade" and flow not in self.values:
            flows = ["import", "export"]
            imports, exports = (self.values.get(each, {}) for each in flows)
            for partner in imports | exports:
                bought, sold = imports.get(partner), exports.get(partner)
                values[partner] = None if bought is None or sold is None else bought + sold

        partners, unit = set(values), 0.0
        if self.table in registry.tables():
            partners |= {each.id for each in registry.partner_keys(self.table).values()}
            unit = registry.units()[registry.table(self.table).unit]

        lacking = {each for each in partners if values.get(each) is None}
        cannot_be = {each for each in lacking if all((of, each) in self.impossible for of in flows)}
        return Published(values, self.countries, lacking - cannot_be, unit * len(flows))


def _require_whole(
    rows: list[dict[str, Any]], cells: nw.DataFrame[Any], table: str, period: str
) -> None:
    """Refuse to rank a part: a place is one among all, and who lacks is not withheld."""
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


class _Ranking(NamedTuple):
    """The countries of one flow, and what each side of the border has unpublished by partner."""

    partners: list[str]
    values: np.ndarray
    lack_services: np.ndarray
    is_inside: np.ndarray  # the side on which CBS files each
    pools: dict[bool, list[Pools]]  # inside the EU or not: the cases that are possible
    is_bounded: bool
    close: float

    @classmethod
    def of(
        cls, published: list[Published], among: Among, then: frozenset[str], now: frozenset[str]
    ) -> "_Ranking":
        def takes_part(partner: str) -> bool:
            return among == "all" or (partner in now) == (among == "inside EU")

        values, *others = (each.of_countries() for each in published)
        partners = [each for each in values if takes_part(each)]
        services = others[0] if others else dict.fromkeys(partners, 0.0)

        # After a change of membership, who takes part can be filed on either side of the border.
        is_one_side = among != "all" and now == then
        found: dict[bool, list[Pools]] = {}
        is_bounded = True
        for side in Side.both(then):
            if is_one_side and side.name != among:
                continue
            unseen = sum(takes_part(each) for each in side.countries - set(partners))
            unpublished = [side.unpublished(each) for each in published]
            found[side.is_inside] = pools(unpublished, unseen)
            may_lack = unseen > 0 or any(each.is_untold for each in unpublished)
            is_bounded &= all(each.is_bounded for each in unpublished) or not may_lack

        return cls(
            partners,
            values=np.array([values[each] + services.get(each, 0.0) for each in partners], float),
            lack_services=np.array([each not in services for each in partners], bool),
            is_inside=np.array([each in then for each in partners], bool),
            pools=found,
            is_bounded=is_bounded,
            close=sum(each.step for each in published),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Give the place of each country, the first one first."""
        found = [self._row(at) for at in range(len(self.partners))]
        return sorted(found, key=lambda row: (row["place"], row["partner"]))

    def _row(self, at: int) -> dict[str, Any]:
        value = float(self.values[at])
        is_other = np.arange(len(self.values)) != at
        others = self.values[is_other]

        own_side = self.pools[bool(self.is_inside[at])]
        unallocated = max(case.unallocated for case in own_side)
        services = own_side[0].services
        reach = value + unallocated + services * self.lack_services[at]

        best = worst = None
        hidden = 0
        if self.is_bounded:
            best = 1 + certainly_ahead(reach, others, self.close)
        if self.is_bounded and value > 0:
            worst = 1
        for side, cases in self.pools.items() if value > 0 else ():
            sizes = largest_hidden(value, cases[0].groups)
            hidden += min(int(sizes.sum()), cases[0].unseen)
            if worst is not None:
                is_there = is_other & (self.is_inside == side)
                there = Countries(self.values[is_there], self.lack_services[is_there])
                worst += max(possibly_ahead(value, there, case, self.close) for case in cases)
        return {
            "partner": self.partners[at],
            VALUE: value,
            "place": 1 + int((others > value).sum()),
            "best": best,
            "worst": worst,
            "hidden": hidden,
            "unallocated_meur": unallocated,
            "services_meur": services,
        }


def _sources(cells: Sequence[Cells]) -> dict[str, Any]:
    """Say which tables and snapshots a ranking is from."""
    found: dict[str, Any] = {}
    for prefix, each in zip(["", "services_"], cells, strict=False):
        found |= {f"{prefix}table": each.table, f"{prefix}modified": each.modified}
    return found


def _as_frame(rows: list[dict[str, Any]], like: nw.DataFrame[Any]) -> Any:
    """Put rows in a frame of the engine; whole numbers that can be missing are floats in pandas."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    types: dict[str, Any] = {}
    for name, values in columns.items():
        if name in COUNTS:
            is_float = like.implementation.is_pandas_like() and None in values
            types[name] = nw.Float64() if is_float else nw.Int64()
        elif name in AMOUNTS:
            types[name] = nw.Float64()
        elif any(values):  # a frame need not say of which snapshot it is
            types[name] = nw.String()
    told = {name: columns[name] for name in types}
    return nw.from_dict(told, schema=types, backend=like.implementation).to_native()


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
