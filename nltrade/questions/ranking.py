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
from narwhals.typing import IntoDataFrameT, IntoLazyFrame

from nltrade import registry
from nltrade.errors import NoData, UnknownName, close_to
from nltrade.questions import frame as shape
from nltrade.questions.cells import Cells, collected
from nltrade.questions.frame import VALUE
from nltrade.questions.places import (
    DIGITS,
    Countries,
    Pools,
    certainly_ahead,
    largest_hidden,
    possibly_ahead,
)
from nltrade.questions.unpublished import TOTALS, Side, pools
from nltrade.registry import periods
from nltrade.registry.periods import Periods
from nltrade.sources.gaps import gap

Among = Literal["outside EU", "inside EU", "all"]
Counted = Literal["goods", "services", "goods and services"]
NEEDED = ["table", "kind", "flow", "partner", "partner_kind", "product", "period", VALUE]
COUNTS = ["place", "best", "worst", "hidden"]
AMOUNTS = [VALUE, "unallocated_meur", "services_meur"]


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
        What is counted; with a `product`, its kind by default. Goods and services are two concepts:
        their sum shows whether services change an order.
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
        `unallocated_meur` and `services_meur` (trade assigned to no country, services of partners
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
    if product and kind == "goods":  # the default: a product says itself which kind it is of
        kind = registry.product(product).kind
    flows = sorted({registry.flow(one) for one in ([flow] if isinstance(flow, str) else flow)})
    kinds = ["goods", "services"] if kind == "goods and services" else [kind]

    rows = shape.checked(frame, NEEDED)
    shape.require_periods(rows)
    shape.require_flows(rows)

    of_kinds = []
    for one in kinds:
        code = registry.product(product).id if product else shape.TOTAL_OF[one]
        of_kind, like = collected(rows, kind=one, product=code, asked=asked, table=table)
        of_kinds.append(of_kind)

    found: list[dict[str, Any]] = []
    for each in asked:
        cells = [of_kind[each] for of_kind in of_kinds]
        for name in flows:
            about = {**_sources(cells), "period": each, "flow": name}
            ranking = Ranking.of(cells, each, name, among, members_on)
            found += [about | ranking.row(at) for at in range(len(ranking.partners))[:top]]

    if not found:
        what = f"{', '.join(flows)} of {kind} in {', '.join(asked)}"
        tables = list(dict.fromkeys(of_kind[each].table for each in asked for of_kind in of_kinds))
        cell: Any = {"product": code, "period": asked[0]}
        able = [gap(frame, table=id, **cell).command for id in tables]
        bring = "".join(f" Bring it with `{command}`." for command in able if command)
        lack = "There is nothing here" if bring else "No country has a value"
        raise NoData(f"{lack} for {what} in table {' and '.join(tables)}.{bring}")
    return _as_frame(found, like)  # type: ignore[no-any-return]


def _check_words(among: str, kind: str) -> None:
    if among not in TOTALS:
        raise UnknownName(
            f"No partners {among!r}.{close_to(among, TOTALS)} Rank among {', '.join(TOTALS)}."
        )
    if kind not in get_args(Counted):
        known = get_args(Counted)
        raise UnknownName(f"No kind {kind!r}.{close_to(kind, known)} Rank {', '.join(known)}.")


class Ranking(NamedTuple):
    """The countries of one flow, the first one first, and what is not published by partner."""

    partners: list[str]
    values: np.ndarray
    lack_services: np.ndarray
    is_inside: np.ndarray  # the side on which CBS files each
    pools: dict[bool, list[Pools]]  # inside the EU or not: the cases that are possible
    is_bounded: bool
    close: float

    @classmethod
    def of(
        cls,
        cells: Sequence[Cells],
        period: str,
        flow: str,
        among: Among,
        members_on: date | None = None,
    ) -> "Ranking":
        """Rank those that take part by the cells of goods, of services, or of both."""
        then = registry.eu_members(periods.days(period)[1])
        now = then if members_on is None else registry.eu_members(members_on)

        def takes_part(partner: str) -> bool:
            return among == "all" or (partner in now) == (among == "inside EU")

        published = [each.by_partner(flow) for each in cells]
        first, *others = (each.of_countries() for each in published)
        services = others[0] if others else dict.fromkeys(first, 0.0)
        summed = {id: round(first[id] + services.get(id, 0.0), DIGITS) for id in first}
        values = {id: value for id, value in summed.items() if takes_part(id)}
        partners = sorted(values, key=lambda id: (-values[id], id))

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
            values=np.array([values[each] for each in partners], float),
            lack_services=np.array([each not in services for each in partners], bool),
            is_inside=np.array([each in then for each in partners], bool),
            pools=found,
            is_bounded=is_bounded,
            close=sum(each.step for each in published),
        )

    def row(self, at: int) -> dict[str, Any]:
        """Give the place of one country, and what makes it uncertain."""
        value = float(self.values[at])
        is_other = np.arange(len(self.values)) != at

        own_side = self.pools[bool(self.is_inside[at])]
        unallocated = max(case.unallocated for case in own_side)
        services = own_side[0].services
        reach = value + unallocated + services * self.lack_services[at]
        ahead = certainly_ahead(reach, self.values[is_other], self.close)

        hidden, possible = 0, 0
        for side, cases in self.pools.items() if value > 0 else ():
            sizes = largest_hidden(value, cases[0].groups)
            hidden += min(int(sizes.sum()), cases[0].unseen)
            is_there = is_other & (self.is_inside == side)
            there = Countries(self.values[is_there], self.lack_services[is_there])
            possible += max(possibly_ahead(value, there, case, self.close) for case in cases)

        return {
            "partner": self.partners[at],
            VALUE: value,
            "place": 1 + int((self.values > value).sum()),
            "best": 1 + ahead if self.is_bounded else None,
            "worst": 1 + possible if self.is_bounded and value > 0 else None,
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
