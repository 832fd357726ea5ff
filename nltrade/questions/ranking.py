"""
The place of each partner, and how certain it is.

CBS does not publish every country one by one, and some trade has no named partner. Each place therefore comes with
the best and the worst place possible:

* a group of countries published together ("Other Central and South America") could be the trade of a few large ones:
  of a group worth G, at most ``ceil(G / V) - 1`` countries can each exceed V;
* what the published parts leave of their total (beyond rounding) could be split in the same way among countries
  without a cell;
* trade without a named partner could belong, as a whole, to any one partner, the ranked one included; where CBS
  withholds that trade too, what the parts leave of their total stands for it;
* where services are added to goods, the services of partners without a services cell could belong, as a whole, to
  any one of these.

Trade that no country can have (ship's stores, the high seas, institutions) leaves every place alone. Where the total
itself is not published, or not in the frame, nothing bounds a place: best and worst are missing.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple, get_args

import narwhals as nw
import numpy as np
from narwhals.typing import IntoDataFrameT, IntoLazyFrame

from nltrade import registry
from nltrade.errors import NoData, UnknownName, close_to
from nltrade.questions import frame as shape
from nltrade.questions.frame import VALUE

Among = Literal["outside EU", "inside EU", "all"]
Counted = Literal["goods", "services", "goods and services"]
NEEDED = ["table", "kind", "flow", "partner", "partner_kind", "product", "period", VALUE]
TOTALS = {"outside EU": "NON-EU", "inside EU": "EU", "all": "WORLD"}


def rank_partners(
    frame: IntoDataFrameT | IntoLazyFrame,
    *,
    period: str | int,
    flow: str | Sequence[str] = "total trade",
    product: str | None = None,
    kind: Counted = "goods",
    among: Among = "outside EU",
    members_on: date | None = None,
    table: str | tuple[str, ...] | None = None,
) -> IntoDataFrameT:
    """
    Rank countries by the value of their trade, with the best and the worst place possible.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine, with its groups and residuals: they never get a place, but bound the certainty.
    period : str or int
        ``"2012"``, ``"2012-Q1"`` or ``"2012-01"``.
    flow : str or sequence of str
        ``"total trade"`` (imports and exports), or a flow of the tidy frame; several are ranked apart.
    product : str, optional
        Code of a product; the total of goods or services by default.
    kind : {"goods", "services", "goods and services"}
        What is counted. Goods and services are two concepts: their sum shows whether services change an order.
    among : {"outside EU", "inside EU", "all"}
        The countries that take part.
    members_on : datetime.date, optional
        Day on which membership of the EU is taken; by default the last day of the period.
    table : str or tuple of str, optional
        The table of each kind, needed where several cover the period.

    Returns
    -------
    frame
        Sorted by flow and place, in the eager form of the same engine: of a lazy frame the rows of the period are
        collected, as a place is one among all. `table` and, where the frame has it, `modified` (with services beside
        goods, `services_table` and `services_modified` too), `flow`, `partner`, `value_meur` (million euro), `place`,
        `best`, `worst`, and what makes a place uncertain: `hidden` (countries that could be ahead though not published one
        by one), `unallocated_meur` and `services_meur` (trade without a named partner, services of partners without
        a services cell; million euro). Equal values share a place. A country without a cell of its own has no row.
        `worst` is missing for a value of zero or less, and with `best` where the total of all partners is missing:
        nothing bounds them.

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
    period = str(period)
    last = _last_day(period)
    if among not in TOTALS:
        raise UnknownName(
            f"No partners {among!r}.{close_to(among, TOTALS)} Rank among {', '.join(TOTALS)}."
        )
    if kind not in get_args(Counted):
        raise UnknownName(
            f"No kind {kind!r}.{close_to(kind, get_args(Counted))} Rank {', '.join(get_args(Counted))}."
        )
    flows = [registry.flow(one) for one in ([flow] if isinstance(flow, str) else flow)]
    kinds = ("goods", "services") if kind == "goods and services" else (kind,)
    codes = {one: registry.product(product).id if product else shape.TOTAL_OF[one] for one in kinds}
    rows = shape.checked(frame, NEEDED)
    shape.require_periods(rows)
    there = set(rows["table"].unique().to_list()) if isinstance(rows, nw.DataFrame) else None
    tables = {one: _table(one, period, table, there) for one in kinds}

    parts = [
        _collected(rows, kind=one, table=tables[one], product=codes[one], period=period)
        for one in kinds
    ]
    field = _Field.of(among, then=registry.eu_members(last), now=_members(members_on, last))
    columns: dict[str, list[Any]] = {}
    for name in sorted(set(flows)):
        values = [_values(part, name) for part in parts]
        for row in _ranked(field, values, [_kinds(part) for part in parts]):
            for column, value in {"flow": name, **row}.items():
                columns.setdefault(column, []).append(value)
    if not columns:
        what = f"{', '.join(flows)} of {kind} in {period}"
        raise NoData(f"No country has a value for {what} in table {' and '.join(tables.values())}.")
    return _as_frame(columns, _sources(parts, tables), parts[0])  # type: ignore[no-any-return]


class _Field(NamedTuple):
    """Who may take part in a ranking, and which residuals bound it."""

    among: Among
    members: frozenset[str]  # of the EU on the day that is asked for
    then: frozenset[str]  # on the last day of the period: on which side CBS files a partner
    filed: frozenset[str]  # residuals that CBS files on this side of the EU's border
    unallocated: frozenset[str]  # residuals of which all could be one partner's
    groups: frozenset[str]  # residuals that are several countries

    @classmethod
    def of(cls, among: Among, *, then: frozenset[str], now: frozenset[str]) -> "_Field":
        residuals = [each for each in registry.partners().values() if each.kind == "residual"]
        filed = [
            each for each in residuals if among == "all" or bool(each.eu) == (among == "inside EU")
        ]

        # After a change of membership, trade that CBS files on the other side of the EU's border
        # can belong here too.
        may_belong = filed if now == then else residuals
        return cls(
            among=among,
            members=now,
            then=then,
            filed=frozenset(each.id for each in filed),
            unallocated=frozenset(each.id for each in may_belong if each.holds == "unallocated"),
            groups=frozenset(each.id for each in may_belong if each.holds == "countries"),
        )

    def takes_part(self, partner: str, members: frozenset[str]) -> bool:
        return self.among == "all" or (partner in members) == (self.among == "inside EU")


class _Unpublished(NamedTuple):
    """What is not published by partner, of one flow and kind."""

    is_bounded: bool  # the total of all partners is there
    unallocated: float  # could be any one partner's
    hidden: float  # is that of countries without a cell
    most: float  # how many countries these can be


def _members(on: date | None, last: date) -> frozenset[str]:
    return registry.eu_members(last if on is None else on)


def _collected(rows: Any, *, kind: str, table: str, product: str, period: str) -> Any:
    """Take the cells of one kind, table, product and period out of the engine: some hundred rows."""
    cells = rows.filter(
        nw.col("kind") == kind,
        nw.col("table") == table,
        nw.col("period") == period,
        nw.col("product") == product,
    )
    carried = [name for name in ["modified"] if name in cells.collect_schema().names()]
    cells = cells.select("flow", "partner", "partner_kind", VALUE, *carried)
    if isinstance(cells, nw.LazyFrame):
        cells = cells.collect()
    shape.require_unique(cells, ["flow", "partner"])
    return cells


def _kinds(cells: Any) -> dict[str, str]:
    return dict(cells.select("partner", "partner_kind").rows())


def _values(cells: Any, flow: str) -> dict[str, float | None]:
    """Give the value of each partner in one flow, None where it has none."""
    by_flow: dict[str, dict[str, float | None]] = {}
    for name, partner, value in cells.select("flow", "partner", VALUE).rows():
        is_number = value is not None and value == value  # noqa: PLR0124
        by_flow.setdefault(name, {})[partner] = value if is_number else None
    if flow != "total trade" or "total trade" in by_flow:
        return by_flow.get(flow, {})

    imports, exports = by_flow.get("import", {}), by_flow.get("export", {})
    totals: dict[str, float | None] = {}
    for partner in imports | exports:
        both = imports.get(partner), exports.get(partner)
        totals[partner] = None if None in both else sum(both)  # type: ignore[arg-type]
    return totals


def _unpublished(
    field: _Field, values: Mapping[str, float | None], kinds: Mapping[str, str]
) -> _Unpublished:
    """
    Say what is not published by partner, and who could have it.

    What the parts leave of their total (more than rounding could) is that of countries without a
    cell. Where the trade without a named partner is itself withheld, it could be that as well.
    """
    whole = values.get(TOTALS[field.among])
    countries = [
        partner
        for partner, kind in kinds.items()
        if kind == "country" and field.takes_part(partner, field.then)
    ]
    parts = [partner for partner in values if partner in field.filed or partner in countries]
    left = (whole or 0.0) - sum(values[partner] or 0.0 for partner in parts)
    hidden = left if left > 0.5 * len(parts) else 0.0

    cells = [values[partner] for partner in values if partner in field.unallocated]
    unallocated = sum(value or 0.0 for value in cells)
    if None in cells:
        unallocated += hidden

    most = np.inf
    if field.among == "inside EU":
        published = [partner for partner in _taking_part(field, values, kinds)]
        most = len(field.members - {"NL"}) - len(published)
    return _Unpublished(whole is not None, unallocated, hidden, most)


def _taking_part(
    field: _Field, values: Mapping[str, float | None], kinds: Mapping[str, str]
) -> dict[str, float]:
    """Give the countries that get a place, with their values."""
    return {
        partner: value
        for partner, value in values.items()
        if value is not None
        and kinds[partner] == "country"
        and field.takes_part(partner, field.members)
    }


def _ranked(
    field: _Field, values: list[dict[str, float | None]], kinds: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """Rank the countries of one flow, of goods or of goods and services together."""
    pools = [_unpublished(field, *each) for each in zip(values, kinds, strict=True)]
    countries = _taking_part(field, values[0], kinds[0])
    lack_services = np.zeros(len(countries), bool)
    unallocated = sum(pool.unallocated for pool in pools)
    services = 0.0
    if len(pools) == 2:
        published = _taking_part(field, values[1], kinds[1])
        lack_services = np.array([partner not in published for partner in countries], bool)
        countries = {
            partner: value + published.get(partner, 0.0) for partner, value in countries.items()
        }
        services = pools[1].hidden

    groups = [values[0][partner] for partner in values[0] if partner in field.groups]
    sizes = np.array([*(size for size in groups if size is not None), pools[0].hidden])
    most = np.array([np.inf] * (len(sizes) - 1) + [pools[0].most])
    is_bounded = all(pool.is_bounded for pool in pools)

    own = np.array(list(countries.values()))
    found = []
    for at, (partner, value) in enumerate(countries.items()):
        others = np.delete(own, at)
        is_ahead = others > value
        reach = value + unallocated + services * lack_services[at]
        hidden = by_gift = 0
        if value > 0:
            hidden = int(_larger(sizes, value, most).sum())
            by_gift = _overtaking(
                others[~is_ahead],
                np.delete(lack_services, at)[~is_ahead],
                sizes,
                most,
                value,
                unallocated,
                services,
            )
        found.append(
            {
                "partner": partner,
                VALUE: value,
                "place": 1 + int(is_ahead.sum()),
                "best": 1 + int((others > reach).sum()) if is_bounded else None,
                "worst": 1 + int(is_ahead.sum()) + hidden + by_gift
                if is_bounded and value > 0
                else None,
                "hidden": hidden,
                "unallocated_meur": unallocated,
                "services_meur": services,
            }
        )
    return sorted(found, key=lambda row: (row["place"], row["partner"]))


def _larger(sizes: Any, value: float, most: Any) -> Any:
    """Count the countries of each size of group that can all be larger than a value."""
    return np.minimum(np.maximum(np.ceil(sizes / value), 1), most + 1) - 1


def _overtaking(
    behind: Any, lack: Any, sizes: Any, most: Any, value: float, gift: float, services: float
) -> int:
    def passes(extra: Any, of_groups: float) -> bool:
        alone = (behind + extra > value).any()
        more = _larger(sizes + of_groups, value, most) > _larger(sizes, value, most)
        return bool(alone or more.any())

    by_gift = passes(gift, gift)
    by_services = services > 0 and passes(np.where(lack, services, 0.0), services)
    by_both = services > 0 and passes(np.where(lack, services + gift, gift), services + gift)
    return max(by_gift + by_services, int(by_both))


def _sources(parts: list[Any], tables: Mapping[str, str]) -> dict[str, Any]:
    """Say which tables and snapshots a ranking is from."""
    found: dict[str, Any] = {}
    for prefix, cells, table in zip(["", "services_"], parts, tables.values(), strict=False):
        found[f"{prefix}table"] = table
        if "modified" in cells.columns:
            found[f"{prefix}modified"] = cells["modified"][0] if len(cells) else None
    return found


def _as_frame(columns: dict[str, list[Any]], sources: dict[str, Any], like: Any) -> Any:
    """Put rows in a frame of the engine; a whole number that can be missing is a float in pandas."""
    rows = len(columns["partner"])
    data = {name: [value] * rows for name, value in sources.items()} | columns
    types: dict[str, Any] = {}
    for name, values in data.items():
        if isinstance(values[0], str):
            types[name] = nw.String()
        elif name in ("place", "hidden", "best", "worst"):
            as_float = like.implementation.is_pandas_like() and None in values
            types[name] = nw.Float64() if as_float else nw.Int64()
        else:
            types[name] = nw.Float64()
    return nw.from_dict(data, schema=types, backend=like.implementation).to_native()


def _last_day(period: str) -> date:
    """Give the last day of a period: ``2012``, ``2012-Q1`` or ``2012-01``."""
    if not shape.PERIOD.fullmatch(period):
        raise UnknownName(
            f"No period {period!r}. Write a year, a quarter or a month: 2012, 2012-Q1 or 2012-01."
        )
    year, part = int(period[:4]), period[5:]
    month = 12 if not part else 3 * int(part[1:]) if part.startswith("Q") else int(part)
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def _table(
    kind: str, period: str, asked: str | tuple[str, ...] | None, there: set[str] | None
) -> str:
    """Choose the table, of those that are there, that covers a period; where several do, the user has to."""
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
        f"No {kind} table covers {period}{' among those asked' if names else ''}. There are {spans}."
    )
