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

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal, get_args

import narwhals as nw
from narwhals.typing import IntoFrameT

from nltrade import registry
from nltrade.errors import NoData, UnknownName, close_to
from nltrade.questions import arithmetic
from nltrade.questions import frame as shape
from nltrade.questions.frame import VALUE

Among = Literal["outside EU", "inside EU", "all"]
Counted = Literal["goods", "services", "goods and services"]
NEEDED = ["table", "kind", "flow", "partner", "partner_kind", "product", "period", VALUE]
STRINGS = nw.col("flow", "partner", "partner_kind").cast(nw.String)
MANY = 1_000_000  # more countries than there are: no bound
TOTALS = {"outside EU": "NON-EU", "inside EU": "EU", "all": "WORLD"}


def rank_partners(
    frame: IntoFrameT,
    *,
    period: str | int,
    flow: str | Sequence[str] = "total trade",
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
        Of the same engine, sorted by flow and place: `flow`, `partner`, `value_meur` (million euro), `place`, `best`,
        `worst`, and what makes a place uncertain: `hidden` (countries that could be ahead though not published one
        by one), `unallocated_meur` and `services_meur` (trade without a named partner, services of partners without
        a services cell; million euro). Equal values share a place. A country without a cell of its own has no row.
        `worst` is missing for a value of zero or less, and with `best` where the total of all partners is missing:
        nothing bounds them.

    Raises
    ------
    UnknownName
        A flow, product, table or period does not exist, or several tables cover the period.
    NoData
        No country has a value (only for eager frames).
    FrameError
        A column is missing or of another type, or (in an eager frame) a cell is there twice.

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
    rows = shape.tidy(frame, [*NEEDED, *arithmetic.CELL] if "total trade" in flows else NEEDED)
    shape.periods(rows)
    there = set(rows["table"].unique().to_list()) if isinstance(rows, nw.DataFrame) else None
    tables = {one: _table(one, period, table, there) for one in kinds}
    then = registry.eu_members(last)
    members = then if members_on is None else registry.eu_members(members_on)
    country = nw.col("partner_kind") == "country"
    published = country & _takes_part(among, members) & ~nw.col(VALUE).is_null()
    residuals = [p for p in registry.partners().values() if p.kind == "residual"]
    filed = [p for p in residuals if among == "all" or bool(p.eu) == (among == "inside EU")]
    # After a change of membership, trade that CBS files on the other side of the EU's border can belong here too.
    near = filed if members == then else residuals
    unallocated = (
        nw.col("partner").is_in([p.id for p in near if p.holds == "unallocated"]).cast(nw.Float64)
    )
    part = (
        nw.col("partner").is_in([p.id for p in filed]) | (country & _takes_part(among, then))
    ).cast(nw.Float64)
    amount = nw.col(VALUE).fill_null(0.0)
    pools = {
        "unallocated": amount * unallocated,
        "untold": unallocated * nw.col(VALUE).is_null().cast(nw.Float64),
        "parts": amount * part,
        "rounding": 0.5 * part,
        "published": published.cast(nw.Float64),
    }

    parts, free = [], []
    for one in kinds:
        on_table = nw.col("table") == tables[one]
        cells = rows.filter(nw.col("kind") == one, on_table, nw.col("period") == period)
        cells = cells.filter(nw.col("product") == codes[one])
        if "total trade" in flows:
            totals = arithmetic.combine(cells, "total trade")
            cells = nw.concat([each.select(STRINGS, VALUE) for each in (cells, totals)])
        parts.append(
            arithmetic.single(cells.select(STRINGS, VALUE).filter(nw.col("flow").is_in(flows)))
        )
        amounts = parts[-1].with_columns(
            nw.when(nw.col("partner") == TOTALS[among]).then(nw.col(VALUE)).alias("whole"), **pools
        )
        sums = shape.grouped(amounts, ["flow"], nw.col("whole").max(), nw.col(*pools).sum())
        free.append(_free(sums, len(members - {"NL"}) if among == "inside EU" else None))

    countries = parts[0].filter(published).select("flow", "partner", nw.col(VALUE).alias("value"))
    if len(parts) == 1:
        countries = countries.with_columns(open=nw.lit(False))
        pool = free[0].with_columns(services=nw.lit(0.0))
    else:
        services = (
            parts[1].filter(published).select("flow", "partner", nw.col(VALUE).alias("services"))
        )
        countries = countries.join(services, on=["flow", "partner"], how="left").select(
            "flow",
            "partner",
            (nw.col("value") + nw.col("services").fill_null(0.0)).alias("value"),
            nw.col("services").is_null().alias("open"),
        )
        more = free[1].select(
            "flow",
            nw.col("unallocated").alias("more"),
            nw.col("hidden").alias("services"),
            nw.col("known").alias("both_known"),
        )
        pool = (
            free[0]
            .join(more, on="flow")
            .with_columns(
                nw.col("unallocated") + nw.col("more"), nw.col("known") & nw.col("both_known")
            )
        )
    if isinstance(countries, nw.DataFrame) and countries.is_empty():
        what = f"{', '.join(flows)} of {kind} in {period}"
        raise NoData(f"No country has a value for {what} in table {' and '.join(tables.values())}.")
    groups = parts[0].filter(
        nw.col("partner").is_in([p.id for p in near if p.holds == "countries"])
    )
    groups = groups.filter(~nw.col(VALUE).is_null()).select(
        "flow", "partner", nw.col(VALUE).alias("value")
    )
    places = _places(countries, groups, pool, with_services=len(parts) == 2)
    return nw.maybe_reset_index(places).to_native()  # type: ignore[no-any-return]


def _free(sums: Any, members: int | None) -> Any:
    """
    Say, for each flow, what is not published by partner: in which pool it lies, and who could have it.

    What the parts leave of their total (more than rounding could) is that of countries without a cell. Where the
    trade without a named partner is itself withheld, it could be that as well. Where the total is not published,
    nothing bounds it: `known` is False.
    """
    left = nw.col("whole") - nw.col("parts")
    hidden = nw.when(left > nw.col("rounding")).then(left).otherwise(0.0)
    unseen = nw.lit(float(MANY)) if members is None else members - nw.col("published")
    return sums.select(
        "flow",
        (nw.col("unallocated") + nw.when(nw.col("untold") > 0).then(hidden).otherwise(0.0)).alias(
            "unallocated"
        ),
        hidden.alias("hidden"),
        unseen.alias("unseen"),
        (~nw.col("whole").is_null()).alias("known"),
    )


def _places(countries: Any, groups: Any, pool: Any, *, with_services: bool) -> Any:
    """
    Count who is ahead of each country, who could be, and whom it could pass; each flow apart.

    `countries` has partner, value and `open` (services not published); `groups` has partner and value; `pool` is a
    row for each flow: what could belong to any partner (`unallocated`), to countries without a cell (`hidden`) and
    to partners without a services cell (`services`).
    """
    name = nw.lit("").cast(nw.String).alias("partner")
    hidden = pool.select(
        "flow", name, nw.col("hidden").alias("value"), nw.col("unseen").alias("most")
    )
    inside = nw.concat([groups.with_columns(most=nw.lit(float(MANY))), hidden])
    inside = inside.with_columns(open=nw.lit(True), alone=nw.lit(False))
    single = countries.with_columns(most=nw.lit(1.0), alone=nw.lit(True))
    columns = ["flow", "partner", "value", "open", "alone", "most"]
    others = nw.concat([single.select(columns), inside.select(columns)])
    own, other, alone = nw.col("value"), nw.col("value_other"), nw.col("alone")
    gift, services = nw.col("unallocated"), nw.col("services")
    received = nw.when(nw.col("open_other")).then(services).otherwise(0.0)
    reach = own + gift + nw.when(nw.col("open")).then(services).otherwise(0.0)
    extras = {"by_gift": gift}
    if with_services:
        extras |= {"by_services": received, "by_both": gift + received}

    def parts(value: nw.Expr) -> nw.Expr:
        """Count the parts of the size at hand that a value goes into, a last smaller one included."""
        count = (value / nw.col("size")).ceil().clip(1.0)
        return nw.when(count > nw.col("most") + 1).then(nw.col("most") + 1).otherwise(count)

    counted = (
        countries.with_columns(size=nw.when(own > 0).then(own))
        .join(pool.select("flow", "unallocated", "services", "known"), on="flow")
        .join(
            others.rename({name: f"{name}_other" for name in ("partner", "value", "open")}),
            on="flow",
        )
        .filter(nw.col("partner") != nw.col("partner_other"))
        .with_columns(ahead=alone & (other > own), parts=parts(other))
        .with_columns(
            hidden=(nw.col("parts") - 1)
            * (~alone).cast(nw.Int64),  # all parts but the last can be larger
            out_of_reach=(alone & (other > reach)).cast(nw.Int64),
            **{
                name: (parts(other + it) > nw.col("parts")) & ~nw.col("ahead")
                for name, it in extras.items()
            },
        )
        .with_columns(nw.col("ahead", *extras).cast(nw.Int64))
        .group_by("flow", "partner", "value", "unallocated", "services", "known")
        .agg(nw.col("ahead", "hidden", "out_of_reach").sum(), nw.col(*extras).max())
    )
    overtaking = nw.col("by_gift")
    if with_services:
        apart, both = nw.col("by_gift") + nw.col("by_services"), nw.col("by_both")
        overtaking = nw.when(apart > both).then(apart).otherwise(both)
    best = nw.when(nw.col("known")).then((1 + nw.col("out_of_reach")).cast(nw.Int64))
    last = (1 + nw.col("ahead") + nw.col("hidden").fill_null(0) + overtaking.fill_null(0)).cast(
        nw.Int64
    )
    worst = nw.when((own > 0) & nw.col("known")).then(last)
    return counted.select(
        "flow",
        "partner",
        own.alias(VALUE),
        (1 + nw.col("ahead")).cast(nw.Int64).alias("place"),
        best.alias("best"),
        worst.alias("worst"),
        nw.col("hidden").cast(nw.Int64),
        gift.alias("unallocated_meur"),
        services.alias("services_meur"),
    ).sort("flow", "place", "partner")


def _takes_part(among: Among, members: frozenset[str]) -> nw.Expr:
    member = nw.col("partner").is_in(sorted(members))
    return {"outside EU": ~member, "inside EU": member, "all": ~nw.lit(False)}[among]


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
