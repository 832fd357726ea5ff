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

from collections.abc import Mapping, Sequence
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
from nltrade.registry import periods
from nltrade.registry.periods import Periods
from nltrade.sources.gaps import absent_partners

Among = Literal["outside EU", "inside EU", "all"]
Counted = Literal["goods", "services", "goods and services"]
Side = Literal["outside EU", "inside EU"]
NEEDED = ["table", "kind", "flow", "partner", "partner_kind", "product", "period", VALUE]
TOTALS = {"outside EU": "NON-EU", "inside EU": "EU", "all": "WORLD"}
SIDES: tuple[Side, ...] = get_args(Side)
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
    flows = [registry.flow(one) for one in ([flow] if isinstance(flow, str) else flow)]
    kinds = ("goods", "services") if kind == "goods and services" else (kind,)
    ends = {one: periods.days(one)[1] for one in asked}

    rows = shape.checked(frame, NEEDED)
    shape.require_periods(rows)
    shape.require_flows(rows)
    there = set(rows["table"].unique().to_list()) if isinstance(rows, nw.DataFrame) else None
    parts: dict[str, Any] = {}
    tables: dict[tuple[str, str], str] = {}
    for one in kinds:
        tables |= {(one, each): _table(one, each, table, there) for each in asked}
        code = registry.product(product).id if product else shape.TOTAL_OF[one]
        used = {tables[one, each] for each in asked}
        parts[one] = _collected(rows, kind=one, tables=used, product=code, periods=asked)

    columns: dict[str, list[Any]] = {}
    for each, last in ends.items():
        cells = [_Cells.of(parts[one], tables[one, each], each) for one in kinds]
        then = registry.eu_members(last)
        now = then if members_on is None else registry.eu_members(members_on)
        for name in sorted(set(flows)):
            ranking = _Ranking.of(cells, name, among, then, now)
            about = {**_sources(cells), "period": each, "flow": name}
            for row in ranking.rows()[:top]:
                for column, value in (about | row).items():
                    columns.setdefault(column, []).append(value)

    if not columns:
        what = f"{', '.join(flows)} of {kind} in {', '.join(asked)}"
        used_in = " and ".join(dict.fromkeys(tables.values()))
        raise NoData(f"No country has a value for {what} in table {used_in}.")
    return _as_frame(columns, parts[kinds[0]])  # type: ignore[no-any-return]


def _check_words(among: str, kind: str) -> None:
    if among not in TOTALS:
        raise UnknownName(
            f"No partners {among!r}.{close_to(among, TOTALS)} Rank among {', '.join(TOTALS)}."
        )
    if kind not in get_args(Counted):
        known = get_args(Counted)
        raise UnknownName(f"No kind {kind!r}.{close_to(kind, known)} Rank {', '.join(known)}.")


def _collected(
    rows: Any, *, kind: str, tables: set[str], product: str, periods: list[str]
) -> nw.DataFrame[Any]:
    """Take the cells of one kind and product out of the engine: some hundred rows a period."""
    cells = rows.filter(
        nw.col("kind") == kind,
        nw.col("table").is_in(sorted(tables)),
        nw.col("period").is_in(periods),
        nw.col("product") == product,
    )
    names = cells.collect_schema().names()
    carried = [name for name in ["modified", "missing"] if name in names]
    cells = cells.select("table", "period", "flow", "partner", "partner_kind", VALUE, *carried)
    if isinstance(cells, nw.LazyFrame):
        cells = cells.collect()
    shape.require_unique(cells, ["table", "period", "flow", "partner"])
    shape.require_partners(cells)
    return cells  # type: ignore[no-any-return]


class _Cells(NamedTuple):
    """The cells of one table and period."""

    table: str
    modified: str | None
    kinds: dict[str, str]  # of each partner: country, group or residual
    values: dict[str, dict[str, float | None]]  # by flow and partner
    impossible: frozenset[tuple[str, str]]  # flow and partner of cells that cannot be

    @classmethod
    def of(cls, collected: nw.DataFrame[Any], table: str, period: str) -> "_Cells":
        rows = collected.filter(nw.col("table") == table, nw.col("period") == period)
        _require_whole(rows, table, period)

        values: dict[str, dict[str, float | None]] = {}
        for flow, partner, value in rows.select("flow", "partner", VALUE).rows():
            values.setdefault(flow, {})[partner] = None if pd.isna(value) else float(value)

        impossible: list[tuple[str, str]] = []
        if "missing" in rows.columns:
            cannot_be = rows.filter(nw.col("missing") == "impossible")
            impossible = cannot_be.select("flow", "partner").rows()

        dated = "modified" in rows.columns and len(rows) > 0
        kinds = dict(rows.select("partner", "partner_kind").rows())
        return cls(
            table, rows["modified"][0] if dated else None, kinds, values, frozenset(impossible)
        )

    def of_flow(self, flow: str) -> dict[str, float | None]:
        """Give the value of each partner, None where it has none, or where either flow has none."""
        if flow != "total trade" or flow in self.values:
            return self.values.get(flow, {})

        imports, exports = self.values.get("import", {}), self.values.get("export", {})
        totals: dict[str, float | None] = {}
        for partner in imports | exports:
            bought, sold = imports.get(partner), exports.get(partner)
            totals[partner] = None if bought is None or sold is None else bought + sold
        return totals

    def withheld(self, flow: str) -> set[str]:
        """List the partners whose cell could be, and has no value."""
        values = self.of_flow(flow)
        known = self.table in registry.tables()
        partners = {each.id for each in registry.partner_keys(self.table).values()} if known else ()
        flows = ["import", "export"] if flow == "total trade" else [flow]
        cannot_be = {
            partner for partner in values if all((one, partner) in self.impossible for one in flows)
        }
        return {one for one in {*values, *partners} if values.get(one) is None} - cannot_be

    def step(self, flow: str) -> float:
        """Give how far two values can be apart and be the same before rounding, in million euro."""
        if self.table not in registry.tables():
            return 0.0
        unit = registry.units()[registry.table(self.table).unit]
        return unit * (2 if flow == "total trade" and flow not in self.values else 1)


def _require_whole(rows: nw.DataFrame[Any], table: str, period: str) -> None:
    """Refuse to rank a part: a place is one among all, and who lacks is not withheld."""
    if rows.is_empty() or table not in registry.tables():
        return
    countries = [p for p in registry.partner_keys(table).values() if p.kind == "country"]
    absent = set(absent_partners(rows.to_native(), table=table))
    lacking = [each for each in countries if each.id in absent]
    if len(lacking) > FEW * len(countries):
        there = len(countries) - len(lacking)
        raise NoData(
            f"The frame has {there} of the {len(countries)} countries of {table} in {period}, and "
            "a place is one among all of them. Leave partners out of the selection, or bring the "
            f"rest with `nltrade fetch {table}`."
        )


class _Ranking(NamedTuple):
    """The countries of one flow, and what each side of the border has unpublished by partner."""

    countries: dict[str, float]
    lack_services: dict[str, bool]
    sides: dict[str, Side]  # where CBS files each: by the membership of the time
    pools: dict[Side, list[Pools]]  # the cases that are possible
    is_bounded: bool
    close: float

    @classmethod
    def of(
        cls,
        cells: list[_Cells],
        flow: str,
        among: Among,
        then: frozenset[str],
        now: frozenset[str],
    ) -> "_Ranking":
        def takes_part(partner: str) -> bool:
            return among == "all" or (partner in now) == (among == "inside EU")

        published = [
            {
                partner: value
                for partner, value in each.of_flow(flow).items()
                if value is not None and each.kinds[partner] == "country" and takes_part(partner)
            }
            for each in cells
        ]
        countries = published[0]
        lack_services = dict.fromkeys(countries, False)
        if len(cells) == 2:
            services = published[1]
            countries = {each: v + services.get(each, 0.0) for each, v in countries.items()}
            lack_services = {partner: partner not in services for partner in countries}

        # After a change of membership, who takes part can be filed on either side of the border.
        is_one_side = among != "all" and now == then
        sides: list[Side] = [side for side in SIDES if side == among or not is_one_side]
        pools: dict[Side, list[Pools]] = {}
        is_bounded = True
        for side in sides:
            unseen = [
                each.id
                for each in registry.partners().values()
                if each.kind == "country"
                and takes_part(each.id)
                and (each.id in then) == (side == "inside EU")
                and each.id not in published[0]
            ]
            unpublished = [_Unpublished.of(each, flow, side, then) for each in cells]
            pools[side] = _pools(unpublished, len(unseen))
            may_lack = bool(unseen) or any(each.is_untold for each in unpublished)
            is_bounded &= all(each.is_bounded for each in unpublished) or not may_lack

        filed: dict[str, Side] = {
            partner: "inside EU" if partner in then else "outside EU" for partner in countries
        }
        close = sum(each.step(flow) for each in cells)
        return cls(countries, lack_services, filed, pools, is_bounded, close)

    def rows(self) -> list[dict[str, Any]]:
        """Give the place of each country, the first one first."""
        found = [self._row(partner, value) for partner, value in self.countries.items()]
        return sorted(found, key=lambda row: (row["place"], row["partner"]))

    def _row(self, partner: str, value: float) -> dict[str, Any]:
        others = {other: v for other, v in self.countries.items() if other != partner}
        all_values = np.array(list(others.values()), float)
        own_side = self.pools[self.sides[partner]]
        unallocated = max(case.unallocated for case in own_side)
        services = own_side[0].services
        reach = value + unallocated + services * self.lack_services[partner]

        best = worst = None
        hidden = 0
        if self.is_bounded:
            best = 1 + certainly_ahead(reach, all_values, self.close)
        if value > 0:
            hidden = sum(
                min(int(largest_hidden(value, cases[0].groups).sum()), cases[0].unseen)
                for cases in self.pools.values()
            )
        if self.is_bounded and value > 0:
            worst = 1
            for side, cases in self.pools.items():
                countries = self._on(side, others)
                ahead = [possibly_ahead(value, countries, case, self.close) for case in cases]
                worst += max(ahead)
        return {
            "partner": partner,
            VALUE: value,
            "place": 1 + int((all_values > value).sum()),
            "best": best,
            "worst": worst,
            "hidden": hidden,
            "unallocated_meur": unallocated,
            "services_meur": services,
        }

    def _on(self, side: Side, others: Mapping[str, float]) -> Countries:
        here = [partner for partner in others if self.sides[partner] == side]
        values = np.array([others[partner] for partner in here], float)
        return Countries(values, np.array([self.lack_services[each] for each in here], bool))


class _Unpublished(NamedTuple):
    """What one table does not publish by partner, of one flow and one side of the border."""

    groups: list[float]
    unallocated: float
    left: float  # what the parts leave of their total
    is_untold: bool  # trade without a named partner is withheld too
    is_bounded: bool

    @classmethod
    def of(cls, cells: _Cells, flow: str, side: Side, then: frozenset[str]) -> "_Unpublished":
        values, withheld = cells.of_flow(flow), cells.withheld(flow)
        is_inside = side == "inside EU"
        residuals = {
            each.id: each.holds
            for each in registry.partners().values()
            if each.kind == "residual" and bool(each.eu) == is_inside
        }
        countries = {
            partner
            for partner, kind in cells.kinds.items()
            if kind == "country" and (partner in then) == is_inside
        }

        parts = [partner for partner in values if partner in residuals or partner in countries]
        whole = values.get(TOTALS[side])
        left = 0.0 if whole is None else whole - sum(values[each] or 0.0 for each in parts)
        some = {
            partner
            for partner in withheld
            if residuals.get(partner) in ("countries", "unallocated")
            or (_is_country(partner) and (partner in then) == is_inside)
        }
        # Where all is published, what is left is but the rounding of the parts.
        if left <= 0 or (not some and left <= 0.5 * len(parts)):
            left = 0.0

        named = [each for each in values if residuals.get(each) == "unallocated"]
        of_groups = [values[each] for each in values if residuals.get(each) == "countries"]
        return cls(
            groups=[size for size in of_groups if size is not None],
            unallocated=sum(values[each] or 0.0 for each in named),
            left=left,
            is_untold=any(values[each] is None for each in named),
            is_bounded=whole is not None,
        )


def _is_country(partner: str) -> bool:
    known = registry.partners().get(partner)
    return known is not None and known.kind == "country"


def _pools(unpublished: list[_Unpublished], unseen: int) -> list[Pools]:
    """
    Put together who could have what: of goods, and of services where these are added.

    What the parts leave of their total is that of countries without a cell; where the trade without
    a named partner is withheld, it could as well be that: two cases.
    """
    goods, services = unpublished[0], unpublished[1:]
    apart = Pools(
        groups=np.array([*goods.groups, goods.left], float),
        unallocated=sum(each.unallocated for each in unpublished),
        services=sum(each.left for each in services),
        unseen=unseen,
    )
    if not any(each.is_untold for each in unpublished):
        return [apart]

    untold = sum(each.left for each in unpublished if each.is_untold)
    one_partners = Pools(
        groups=np.array([*goods.groups, 0.0 if goods.is_untold else goods.left], float),
        unallocated=apart.unallocated + untold,
        services=sum(each.left for each in services if not each.is_untold),
        unseen=unseen,
    )
    return [apart, one_partners]


def _sources(cells: list[_Cells]) -> dict[str, Any]:
    """Say which tables and snapshots a ranking is from."""
    found: dict[str, Any] = {}
    for prefix, each in zip(["", "services_"], cells, strict=False):
        found[f"{prefix}table"] = each.table
        if each.modified is not None:
            found[f"{prefix}modified"] = each.modified
    return found


def _as_frame(columns: dict[str, list[Any]], like: nw.DataFrame[Any]) -> Any:
    """Put rows in a frame of the engine; whole numbers that can be missing are floats in pandas."""
    types: dict[str, Any] = {}
    for name, values in columns.items():
        if isinstance(values[0], str):
            types[name] = nw.String()
        elif name in ("place", "hidden", "best", "worst"):
            as_float = like.implementation.is_pandas_like() and None in values
            types[name] = nw.Float64() if as_float else nw.Int64()
        else:
            types[name] = nw.Float64()
    return nw.from_dict(columns, schema=types, backend=like.implementation).to_native()


def _table(
    kind: str, period: str, asked: str | tuple[str, ...] | None, there: set[str] | None
) -> str:
    """Choose the table that covers a period; where several do, the user has to."""
    of_kind = {t.id: t for t in registry.tables().values() if t.kind == kind}
    spans = ", ".join(f"{t.id} {t.first}-{t.last}" for t in of_kind.values())
    names = [asked] if isinstance(asked, str) else list(asked or [])
    if names and len(names) == 1 and names[0] in registry.tables() and names[0] not in of_kind:
        raise UnknownName(f"Table {names[0]} does not count {kind}. Those that do are {spans}.")
    for name in names:
        if name in registry.all_tables() and registry.table(name).source != "CBS":
            raise UnknownName(f"{name} is another source's, not a whole set of partners: {spans}.")
        if name not in registry.tables():
            return name  # of a frame of the user's own
        if name in of_kind and of_kind[name].covers(period):
            return name
    by_concept: dict[
        str, str
    ] = {}  # two tables of one concept count alike: the first of the registry does
    for id, t in of_kind.items():
        if (
            t.covers(period)
            and (not names or id in names)
            and (not there or id in there or id in names)
        ):
            by_concept.setdefault(t.concept, id)
    covering = list(by_concept.values())
    if len(covering) == 1:
        return covering[0]
    if covering:
        raise UnknownName(
            f"{kind} of {period} are in {' and '.join(covering)}, which count differently: "
            f"choose one with table={covering[0]!r}."
        )
    raise UnknownName(
        f"No {kind} table covers {period}{' among those asked' if names else ''}. There are "
        f"{spans}."
    )
