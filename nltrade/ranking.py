"""
The place of each partner, and how certain it is.

CBS does not publish every country one by one, and some trade has no named partner. Each place therefore comes with
the best and the worst place possible:

* a group of countries published together ("Other Central and South America") could be the trade of a few large ones:
  of a group worth G, at most ``ceil(G / V) - 1`` countries can each exceed V;
* what the published parts leave of their total could be split in the same way among countries without a cell;
* trade without a named partner could belong, as a whole, to any one partner, the ranked one included;
* where services are added to goods, the services of partners without a services cell could belong, as a whole, to
  any one of these.

Trade that no country can have (ship's stores, the high seas, institutions) leaves every place alone.
"""

from datetime import date, timedelta
from typing import Any, Literal

import narwhals as nw
from narwhals.typing import IntoFrameT

from nltrade import registry, trade
from nltrade.errors import NoData, UnknownName, close_to
from nltrade.trade import VALUE

Among = Literal["outside EU", "inside EU", "all"]
Counted = Literal["goods", "services", "goods and services"]
TOTALS = {"outside EU": "NON-EU", "inside EU": "EU", "all": "WORLD"}


def rank_partners(
    frame: IntoFrameT,
    *,
    period: str | int,
    flow: str = "total trade",
    product: str | None = None,
    kind: Counted = "goods",
    among: Among = "outside EU",
    members_on: date | None = None,
    table: str | tuple[str, ...] | None = None,
) -> IntoFrameT:
    """
    Rank countries by the value of their trade, with the best and the worst place possible.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine, with its groups and residuals: they never get a place, but bound the certainty.
    period : str or int
        ``"2012"``, ``"2012-Q1"`` or ``"2012-01"``.
    flow : str
        ``"total trade"`` (imports and exports), or one flow of the tidy frame.
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
        Of the same engine, sorted by place: `partner`, `value_meur` (million euro), `place`, `best`, `worst`, and
        what makes a place uncertain: `hidden` (countries that could be ahead though not published one by one),
        `unallocated_meur` and `services_meur` (trade without a named partner, services of partners without a
        services cell; million euro). Equal values share a place. A country without a cell of its own has no row.
        `worst` is missing for a value of zero or less: nothing bounds it.

    Raises
    ------
    UnknownName
        A flow, product, table or period does not exist, or several tables cover the period.
    NoData
        No country has a value (only for eager frames).

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
    if among not in TOTALS:
        raise UnknownName(f"No partners {among!r}.{close_to(among, TOTALS)} Rank among {', '.join(TOTALS)}.")
    then = registry.eu_members(_last_day(period))
    members = then if members_on is None else registry.eu_members(members_on)
    country = nw.col("partner_kind") == "country"
    published = country & _takes_part(among, members) & ~nw.col(VALUE).is_null()

    rows: Any = nw.from_native(frame)
    parts = []
    for one in ("goods", "services") if kind == "goods and services" else (kind,):
        on_table = nw.col("table") == _table(one, period, table)
        cells = rows.filter(nw.col("kind") == one, on_table, nw.col("period") == period)
        if flow == "total trade":
            cells = nw.from_native(trade.total(cells.to_native()))
        code = product or ("TOTAL" if one == "goods" else "S")
        parts.append(cells.filter(nw.col("flow") == registry.flow(flow), nw.col("product") == code))

    residuals = [p for p in registry.partners().values() if p.kind == "residual"]
    filed = [p for p in residuals if among == "all" or bool(p.eu) == (among == "inside EU")]
    # After a change of membership, trade that CBS files on the other side of the EU's border can belong here too.
    near = filed if members == then else residuals
    unallocated = _sum(nw.col("partner").is_in([p.id for p in near if p.holds == "unallocated"]))
    of_total = nw.col("partner").is_in([p.id for p in filed]) | (country & _takes_part(among, then))
    remainder = nw.max_horizontal(_sum(nw.col("partner") == TOTALS[among]) - _sum(of_total), nw.lit(0.0))

    countries = parts[0].filter(published).select("partner", nw.col(VALUE).alias("value"))
    countries = countries.with_columns(nw.lit(False).alias("open"))
    free = parts[0].select(unallocated.alias("unallocated"), remainder.alias("hidden"), nw.lit(0.0).alias("services"))
    if len(parts) == 2:
        services = parts[1].filter(published).select("partner", nw.col(VALUE).alias("services"))
        countries = countries.join(services, on="partner", how="left").select(
            "partner",
            (nw.col("value") + nw.col("services").fill_null(0)).alias("value"),
            nw.col("services").is_null().alias("open"),
        )
        free = (
            free.drop("services")
            .join(parts[1].select(unallocated.alias("more"), remainder.alias("services")), how="cross")
            .with_columns(nw.col("unallocated") + nw.col("more"))
        )
    groups = parts[0].filter(nw.col("partner").is_in([p.id for p in near if p.holds == "countries"]))
    if isinstance(countries, nw.DataFrame) and countries.is_empty():
        raise NoData(f"No country has a value for {flow} of {kind} in {period}.")
    return nw.maybe_reset_index(_places(countries, groups, free)).to_native()  # type: ignore[no-any-return]


def _places(countries: Any, groups: Any, free: Any) -> Any:
    """
    Count who is ahead of each country, who could be, and whom it could pass.

    `countries` has partner, value and `open` (services not published); `groups` has value_meur; `free` is one row
    with what could belong to any partner (`unallocated`), to countries without a cell (`hidden`) and to partners
    without a services cell (`services`).
    """
    mine = countries.join(free, how="cross")
    value, gift, services = nw.col("value"), nw.col("unallocated"), nw.col("services")
    most = value + gift + nw.when(nw.col("open")).then(services).otherwise(0.0)
    other = nw.col("value_other")
    other_services = nw.when(nw.col("open_other")).then(services).otherwise(0.0)
    rivals = (
        mine.join(countries.rename({c: f"{c}_other" for c in ("partner", "value", "open")}), how="cross")
        .filter(nw.col("partner") != nw.col("partner_other"))
        .with_columns(
            ahead=(other > value).cast(nw.Int64),
            out_of_reach=(other > most).cast(nw.Int64),
            by_gift=((other <= value) & (other + gift > value)).cast(nw.Int64),
            by_services=((other <= value) & (other + other_services > value)).cast(nw.Int64),
            by_both=((other <= value) & (other + gift + other_services > value)).cast(nw.Int64),
        )
        .group_by("partner")
        .agg(
            nw.col("ahead", "out_of_reach").sum(),
            nw.col("by_gift", "by_services", "by_both").max(),
        )
    )
    pools = nw.concat([groups.select(group=nw.col(VALUE).fill_null(0.0)), free.select(group=nw.col("hidden"))])
    hidden = (
        mine.join(pools, how="cross")
        .with_columns(hidden=_exceeding(nw.col("group")))
        .with_columns(
            hidden_gift=(_exceeding(nw.col("group") + gift) > nw.col("hidden")).cast(nw.Int64),
            hidden_services=(_exceeding(nw.col("group") + services) > nw.col("hidden")).cast(nw.Int64),
            hidden_both=(_exceeding(nw.col("group") + gift + services) > nw.col("hidden")).cast(nw.Int64),
        )
        .group_by("partner")
        .agg(nw.col("hidden").sum(), nw.col("hidden_gift", "hidden_services", "hidden_both").max())
    )
    one_more = {
        pool: nw.max_horizontal(nw.col(f"by_{pool}").fill_null(0), nw.col(f"hidden_{pool}").fill_null(0))
        for pool in ("gift", "services", "both")
    }
    overtaking = nw.max_horizontal(one_more["gift"] + one_more["services"], one_more["both"])
    return (
        countries.join(rivals, on="partner", how="left")
        .join(hidden, on="partner", how="left")
        .with_columns(place=1 + nw.col("ahead").fill_null(0), best=1 + nw.col("out_of_reach").fill_null(0))
        .with_columns(worst=nw.when(value > 0).then((nw.col("place") + nw.col("hidden") + overtaking).cast(nw.Int64)))
        .join(free.select(unallocated_meur=nw.col("unallocated"), services_meur=nw.col("services")), how="cross")
        .with_columns(nw.col("place", "best", "hidden").cast(nw.Int64))
        .select("partner", value.alias(VALUE), "place", "best", "worst", "hidden", "unallocated_meur", "services_meur")
        .sort("place", "partner")
    )


def _takes_part(among: Among, members: frozenset[str]) -> nw.Expr:
    member = nw.col("partner").is_in(sorted(members))
    return {"outside EU": ~member, "inside EU": member, "all": ~nw.lit(False)}[among]


def _exceeding(group: nw.Expr) -> nw.Expr:
    """Count the countries of a group that could each exceed the value at hand, were the group theirs alone."""
    each = nw.when(nw.col("value") > 0).then((group / nw.col("value")).ceil() - 1).otherwise(0.0)
    return nw.when(each > 0).then(each).otherwise(0.0).cast(nw.Int64)


def _sum(where: nw.Expr) -> nw.Expr:
    return nw.when(where).then(nw.col(VALUE)).sum().fill_null(0.0)


def _last_day(period: str) -> date:
    """Give the last day of a period: ``2012``, ``2012-Q1`` or ``2012-01``."""
    year, part = int(period[:4]), period[5:]
    month = 12 if not part else 3 * int(part[1:]) if part.startswith("Q") else int(part)
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


def _table(kind: str, period: str, asked: str | tuple[str, ...] | None) -> str:
    """Choose the table of a kind that covers a period; where there are several, the user has to."""
    of_kind = {t.id: t for t in registry.tables().values() if t.kind == kind}
    names = [asked] if isinstance(asked, str) else list(asked or [])
    named = [name for name in names if name in of_kind or name not in registry.tables()]
    if named:
        return named[0]
    covering = [id for id, t in of_kind.items() if t.covers(period)]
    if len(covering) == 1:
        return covering[0]
    if covering:
        raise UnknownName(
            f"{kind} of {period} are in {' and '.join(covering)}, which count differently: "
            f"choose one with table={covering[0]!r}."
        )
    spans = ", ".join(f"{t.id} {t.first}-{t.last}" for t in of_kind.values())
    raise UnknownName(f"No {kind} table covers {period}. There are {spans}.")
