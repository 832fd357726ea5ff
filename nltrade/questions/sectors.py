"""
Trade by sector: sums over the classes that define a sector, with bounds where CBS withholds one of
them.

A sector's value is there when every class of it is published. Where CBS withholds some, the
published ones are the least it can be; the most is what their parents leave unpublished besides.
Where a frame lacks a class altogether, no bound is given: another table may have it. Sectors
overlap, so they are never added up; the remainder is what the published classes of all sectors
together, each good counted once, leave of the total: in no sector, or not published.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrameT

from nltrade import registry
from nltrade.errors import NoData, RegistryError
from nltrade.questions import frame as shape
from nltrade.questions import trade
from nltrade.questions.frame import VALUE
from nltrade.registry import sectors as named
from nltrade.registry.entries import Classes, Kind, Sector

CELL = [
    "table",
    "kind",
    "flow",
    "concept",
    "partner",
    "partner_kind",
    "period",
    "freq",
    "complete",
    "status",
]
# What tells cells apart, beside the product.
KEY = ["table", "kind", "flow", "partner", "period"]

COUNTS = ["codes", "published", "withheld", "absent"]
AMOUNTS = ["low_meur", "high_meur", "total_meur", "share_pct", "growth_pct"]
REMAINDER = "remainder"
KIND_OF: dict[Classes, Kind] = {
    "SITC": "goods",
    "HS": "goods",
    "BPM6": "services",
    "BPM5": "services",
}
USUAL: dict[Kind, Classes] = {"goods": "SITC", "services": "BPM6"}

# Chapters of the HS and topics of BPM5 are in their total and in nothing else.
UNDER_TOTAL = ("HS", "EBOPS")

# Codes, by the classification they are of and the id of a basket.
Baskets = Mapping[Classes, Mapping[str, Sequence[str]]]


def sector_trade(
    frame: IntoFrameT,
    partner: str | Sequence[str] | None = None,
    period: str | int | None = None,
    *,
    sectors: Mapping[str, Sector] | None = None,
) -> IntoFrameT:
    """
    Add up the trade of each sector, goods and services apart.

    Parameters
    ----------
    frame : frame
        Tidy frame of any engine, with the rows of the totals.
    partner : str or sequence of str, optional
        ISO codes or names; all partners by default.
    period : str or int, optional
        The period; all by default.
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default; `nltrade.sectors(file)` reads your own.

    Returns
    -------
    frame
        Of the same engine; a row for each sector (and the ``remainder``), table, flow, partner and
        period: what it is, `sector`, the number of its `codes` and of those that are `published`,
        `withheld` and `absent` from the frame; `value_meur` (million euro; missing unless all are
        published), `low_meur` and `high_meur` (what it is at least and at most, missing where
        nothing bounds it), `total_meur` of all goods or services and `share_pct` of it;
        `growth_pct` and `growth_note` as in `nltrade.growth`; `modified` where `frame` has it. The
        flow ``"balance"`` is exports less imports.

    Raises
    ------
    UnknownName
        No partner has that name.
    NoData
        The frame has nothing on the partner, or no sector has a class of goods or services.
    RegistryError
        A class of a sector of your own lies inside another one, and would count twice.
    FrameError
        A column is missing or of another type, or (in an eager frame) a cell is there twice.

    Examples
    --------
    >>> import nltrade as nl
    >>> found = nl.sector_trade(nl.load(period=[2011, 2012]), "RU", 2012)
    >>> energy = found.query("sector == 'energy' and flow == 'import'")
    >>> energy[["value_meur", "share_pct", "growth_pct"]].round(1).values.tolist()
    [[18682.0, 91.9, 22.5]]
    """
    known = named.sectors() if sectors is None else sectors
    if not any(sector.goods or sector.services for sector in known.values()):
        raise NoData(
            f"None of these {len(known)} sectors has a class of goods or services. See "
            "`nltrade.sectors()`."
        )
    for sector in known.values():
        for kind in named.KINDS:
            if len(named.union(sector.codes(kind))) < len(sector.codes(kind)):
                raise RegistryError(
                    f"Sector {sector.id}: of {', '.join(sector.codes(kind))} one is inside another "
                    "and would count twice."
                )
    rows = shape.checked(frame, [*CELL, "product", VALUE])
    if partner is not None:
        rows = nw.from_native(trade.select(rows.to_native(), partner=partner))

    baskets: Baskets = {
        classes: {id: codes for id, each in known.items() if (codes := each.codes_in(classes))}
        for classes in KIND_OF
    }
    # A sum of whole numbers is another kind of number in some engines.
    counts = nw.col(*COUNTS).cast(nw.Int64)
    columns = [*CELL, "sector", "total_meur", counts, VALUE, "low_meur", "high_meur"]
    parts = [_sums(rows, baskets), _remainder(rows, baskets)]
    found = _with_growth(nw.concat([part.select(columns) for part in parts]))
    if period is not None:
        found = found.filter(nw.col("period") == str(period))
    return shape.in_engine_of(frame, _dated(found, rows))


def _dated(found: Any, rows: Any) -> Any:
    """Say of what date of modification each table is, where the frame says it."""
    if "modified" not in rows.collect_schema().names():
        return found
    # PyArrow joins no text of one length to text of another: both are made the same.
    dated = rows.select(nw.col("table", "modified").cast(nw.String)).unique()
    return found.join(dated, on="table", how="left")


def overlaps(sectors: Mapping[str, Sector] | None = None) -> pd.DataFrame:
    """
    List which sectors have goods or services in common: their sums are never to be added.

    Parameters
    ----------
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default.

    Returns
    -------
    pandas.DataFrame
        A row for each pair: `kind`, `sector`, `other`, and the codes they share in `codes`.

    Examples
    --------
    >>> overlaps().query("sector == 'oil' and other == 'energy'")["codes"].tolist()
    ['33']
    """
    known = list((named.sectors() if sectors is None else sectors).values())
    rows = []
    for kind in named.KINDS:
        for place, one in enumerate(known):
            for other in known[place + 1 :]:
                pairs = [(a, b) for a in one.codes(kind) for b in other.codes(kind)]
                common = {b for a, b in pairs if named.contains(a, b)} | {
                    a for a, b in pairs if named.contains(b, a)
                }
                if common:
                    rows.append((kind, one.id, other.id, ", ".join(sorted(common))))
    return pd.DataFrame(rows, columns=["kind", "sector", "other", "codes"])


def _classes() -> nw.Expr:
    """Tell by which classification a row counts; a frame of a user's own has the usual one."""
    found = nw.when(nw.col("kind") == "goods").then(nw.lit(USUAL["goods"]))
    classes = found.otherwise(nw.lit(USUAL["services"]))
    for each in KIND_OF:
        if each not in USUAL.values():
            ids = [t.id for t in registry.all_tables().values() if t.classes == each]
            classes = nw.when(nw.col("table").is_in(ids)).then(nw.lit(each)).otherwise(classes)
    return classes.cast(nw.String)


def sums(
    rows: Any, baskets: Mapping[str, Sequence[str]], kind: Kind, classes: Classes | None = None
) -> Any:
    """
    Add up baskets of codes, with bounds: one join of the cells with the codes, whatever the engine.

    Parameters
    ----------
    rows : narwhals frame
        Cells of one kind.
    baskets : mapping of str to sequence of str
        Codes of each basket, none inside another of the same basket.
    kind : {"goods", "services"}
        Which they are.
    classes : {"SITC", "HS", "BPM6", "BPM5"}, optional
        The classification of the codes; the usual one of the kind by default.

    Returns
    -------
    narwhals frame
        A row for each basket and total of the frame, as `sector_trade` describes; no growth.
    """
    return _sums(rows, {classes or USUAL[kind]: baskets})


def _sums(rows: Any, baskets: Baskets) -> Any:
    """Add up the baskets of all kinds in one go: a lazy engine needs long for a long plan."""
    code, empty = nw.col("product"), nw.col(VALUE).is_null()
    needed = _codes(baskets)
    parents = {each[:-1] for each in needed}  # of 33 it is 3, of SC1 it is SC
    beside = {
        each
        for each in registry.products()
        if each in parents or each[:-1] in parents or each.startswith(UNDER_TOTAL)
    }
    wanted = needed | beside | set(shape.TOTAL_OF.values())
    cells = rows.select(*KEY, "product", VALUE).filter(code.is_in(sorted(wanted)))
    shape.require_unique(cells, [*KEY, "product"])

    parts = _by_basket(cells, baskets)
    each = parts.with_columns(
        withheld=empty.cast(nw.Int64),
        published=(~empty).cast(nw.Int64),
        told=nw.col(VALUE).fill_null(0.0),
    )
    told = shape.group_joinable(
        each, [*KEY, "sector"], nw.col("withheld", "published", "told").sum()
    )

    every = _beside_each(_totals(rows), baskets)
    left = _left_of_parents(cells, parts.filter(empty))
    found = every.join(told, on=[*KEY, "sector"], how="left").join(
        left, on=[*KEY, "sector"], how="left"
    )
    found = found.with_columns(nw.col("withheld", "published", "told", "more", "open").fill_null(0))
    absent = nw.col("codes") - nw.col("published") - nw.col("withheld")
    return found.with_columns(
        absent=absent,
        value_meur=nw.when((nw.col("withheld") == 0) & (absent == 0)).then(nw.col("told")),
        low_meur=nw.when((nw.col("published") > 0) & (absent >= 0)).then(nw.col("told")),
        high_meur=nw.when((nw.col("open") == 0) & (absent == 0)).then(
            nw.col("told") + nw.col("more")
        ),
    ).drop("told", "more", "open")


def _codes(baskets: Baskets) -> set[str]:
    """Give all codes of all baskets, but for the totals; each says what classification it is of."""
    found = {
        each for of_classes in baskets.values() for codes in of_classes.values() for each in codes
    }
    return found - set(shape.TOTAL_OF.values())


def _totals(rows: Any) -> Any:
    """Give the totals of goods and of services, each by its own code."""
    of_goods = (nw.col("kind") == "goods") & (nw.col("product") == shape.TOTAL_OF["goods"])
    of_services = (nw.col("kind") == "services") & (nw.col("product") == shape.TOTAL_OF["services"])
    total = nw.col(VALUE).alias("total_meur")
    return rows.filter(of_goods | of_services).select(*CELL, total)


def _beside_each(totals: Any, baskets: Baskets) -> Any:
    """
    Give a row for each basket beside each total of its kind, with the number of its codes.

    A union of as many frames would have the engine plan, and read, the cells once for each of them.
    """
    ids = list(dict.fromkeys(id for of_kind in baskets.values() for id in of_kind))
    if totals.implementation.is_duckdb():
        # narwhals would unpivot on DuckDB's default connection, where this relation is not known.
        every = totals.with_columns(sector=nw.lit("\n".join(ids)).str.split("\n")).explode("sector")
    else:
        marks = {id: nw.lit(0, nw.Int64) for id in ids}
        every = totals.with_columns(**marks).unpivot(
            on=ids,
            index=[*CELL, "total_meur"],
            variable_name="sector",
            value_name="mark",
        )

    count = nw.lit(0, nw.Int64)
    for classes, of_classes in baskets.items():
        for id, codes in of_classes.items():
            is_it = (nw.col("classes") == classes) & (nw.col("sector") == id)
            count = nw.when(is_it).then(nw.lit(len(codes), nw.Int64)).otherwise(count)
    every = every.with_columns(nw.col("sector").cast(nw.String), classes=_classes())
    counted = every.with_columns(count.alias("codes")).filter(nw.col("codes") > 0)
    return counted.select(*CELL, "total_meur", "sector", "codes")


def _by_basket(cells: Any, baskets: Baskets) -> Any:
    """Give the cells of each basket; a code that is in several gives a row for each of them."""
    of_code: dict[str, list[str]] = {}
    for of_classes in baskets.values():
        for id, codes in of_classes.items():
            for code in codes:
                ids = of_code.setdefault(code, [])
                ids += [id] if id not in ids else []

    # The first basket of every code, then the second, …: as many frames as one code has baskets.
    layers = []
    for place in range(max(map(len, of_code.values()))):
        by_basket: dict[str, list[str]] = {}
        for code, ids in of_code.items():
            if len(ids) > place:
                by_basket.setdefault(ids[place], []).append(code)

        basket = nw.lit("")
        for id, codes in by_basket.items():
            basket = nw.when(nw.col("product").is_in(codes)).then(nw.lit(id)).otherwise(basket)
        inside = [code for codes in by_basket.values() for code in codes]
        layer = cells.filter(nw.col("product").is_in(inside))
        layers.append(layer.with_columns(sector=basket.cast(nw.String)))
    return nw.concat(layers)


def _left_of_parents(cells: Any, withheld: Any) -> Any:
    """
    Say how much the withheld classes of each sector can be: what their parents leave, each once.

    `open` counts the parents that are not published either, so that nothing bounds what is in them.
    """
    parent = _parent().cast(nw.String)
    asked = withheld.with_columns(parent=parent).select(*KEY, "sector", "parent").unique()
    as_parent = nw.col("product").cast(nw.String).alias("parent")
    whole = cells.select(*KEY, as_parent, nw.col(VALUE).alias("whole"))

    is_total = nw.col("product").is_in(list(shape.TOTAL_OF.values()))
    children = cells.filter(~is_total, ~nw.col(VALUE).is_null()).with_columns(parent=parent)
    told = shape.group_joinable(children, [*KEY, "parent"], nw.col(VALUE).sum())

    left = asked.join(whole, on=[*KEY, "parent"], how="left").join(
        told, on=[*KEY, "parent"], how="left"
    )
    left = left.with_columns(more=(nw.col("whole") - nw.col(VALUE).fill_null(0.0)).clip(0.0))
    left = left.with_columns(
        nw.col("more").fill_null(0.0), open=nw.col("whole").is_null().cast(nw.Int64)
    )
    return shape.group_joinable(left, [*KEY, "sector"], nw.col("more", "open").sum())


def _parent() -> nw.Expr:
    """Give the class that a class is in: 333 is in 33, that in 3; SC11 in SC1, that in SC."""
    code, length = nw.col("product"), nw.col("product").str.len_chars()
    of_kind: dict[str, nw.Expr] = {}
    for kind, section in {"goods": 1, "services": 2}.items():
        is_second = nw.when(length == section + 1).then(code.str.slice(0, section))
        deeper = is_second.otherwise(code.str.slice(0, section + 1))
        in_total = length == section
        for start in UNDER_TOTAL:
            in_total = in_total | code.str.starts_with(start)
        is_first = nw.when(in_total).then(nw.lit(shape.TOTAL_OF[kind]))
        of_kind[kind] = is_first.otherwise(deeper)
    return nw.when(nw.col("kind") == "goods").then(of_kind["goods"]).otherwise(of_kind["services"])


def _remainder(rows: Any, baskets: Baskets) -> Any:
    """Give what the published classes of all baskets leave of each total, each counted once."""
    code = nw.col("product")
    needed = sorted(_codes(baskets))
    inside = sorted(set(needed) - set(named.union(needed)))  # classes that are part of another
    around = [
        each
        for each in needed
        if any(each != part and named.contains(each, part) for part in inside)
    ]

    cells = rows.select(*KEY, "product", VALUE).filter(code.is_in(needed), ~nw.col(VALUE).is_null())
    if inside:
        wholes = cells.filter(code.is_in(around)).select(*KEY, code.cast(nw.String).alias("whole"))
        parts = cells.filter(code.is_in(inside))
        for length in sorted({len(each) for each in around}):
            is_longer = code.str.len_chars() > length
            shorter = nw.when(is_longer).then(code.str.slice(0, length)).otherwise(nw.lit(""))
            parts = parts.with_columns(whole=shorter.cast(nw.String))
            parts = parts.join(wholes, on=[*KEY, "whole"], how="anti").drop("whole")
        cells = nw.concat([cells.filter(~code.is_in(inside)), parts])

    told = shape.group_joinable(cells, KEY, nw.col(VALUE).sum().alias("told"))
    rest = (nw.col("total_meur") - nw.col("told").fill_null(0.0)).alias
    has_codes = _classes().is_in([classes for classes, codes in baskets.items() if codes])
    totals = _totals(rows).filter(has_codes)
    return totals.join(told, on=KEY, how="left").with_columns(
        nw.lit(REMAINDER).alias("sector"),
        *(nw.lit(0, nw.Int64).alias(name) for name in COUNTS),
        *(rest(name) for name in (VALUE, "low_meur", "high_meur")),
    )


def _with_growth(found: Any) -> Any:
    """Add shares, growth, and the balance as rows of its own, with sectors as products."""
    total = nw.col("total_meur")
    share = nw.when(total != 0).then(100 * nw.col(VALUE) / total).alias("share_pct")
    tidy = found.rename({"sector": "product"}).with_columns(share, level=nw.lit(1))
    grown = trade.grown(tidy)
    balance = trade.combined(tidy, "balance")
    texts = [name for name in [*CELL, "product", "growth_note"] if name != "complete"]
    columns: list[Any] = [nw.col(*texts).cast(nw.String), "complete", VALUE, *COUNTS, *AMOUNTS]
    balance = balance.with_columns(
        *(nw.lit(0, nw.Int64).alias(name) for name in COUNTS),
        *(
            nw.when(nw.col("flow") != "balance").then(nw.col(VALUE)).alias(name) for name in AMOUNTS
        ),  # it has none
        growth_note=nw.lit(""),
    )
    rows = nw.concat([grown.select(columns), balance.select(columns)]).rename({"product": "sector"})
    # What the rest consists of can change from one year or flow to the other, so it has neither
    # growth nor balance.
    is_rest = nw.col("sector") == REMAINDER
    return rows.with_columns(
        nw.when(~is_rest).then(nw.col("growth_pct")).alias("growth_pct"),
        nw.when(~is_rest | (nw.col("flow") != "balance")).then(nw.col(VALUE)).alias(VALUE),
    )


def most_detailed(found: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """
    Keep the rows of the table that has the whole period and publishes most classes; of several, the
    first there.

    Parameters
    ----------
    found : pandas.DataFrame
        What `sector_trade` gives for one partner and period.
    kind : {"goods", "services"}
        Which they are.

    Returns
    -------
    pandas.DataFrame
        The rows of that kind and table; empty where there are none.
    """
    others = [t.id for t in registry.all_tables().values() if t.source != "CBS"]
    of_kind = found[(found["kind"] == kind) & ~found["table"].isin(others)]
    both = of_kind[of_kind["flow"].isin(["import", "export"]) & (of_kind["sector"] != REMAINDER)]
    told = both.groupby("table", sort=False).agg({"complete": "all", "published": "sum"})
    best = told.sort_values(["complete", "published"], ascending=False, kind="stable").index[:1]
    return of_kind[of_kind["table"].isin(best)]


def why_missing(row: Mapping[str, Any], sector: Sector | None) -> tuple[str, dict[str, Any]]:
    """
    Say why a sector has no value: the id of a text of the registry, and what fills it in.

    Parameters
    ----------
    row : mapping
        A row of `sector_trade`.
    sector : Sector, optional
        The sector; None for the remainder.

    Returns
    -------
    (str, dict)
        ``"sector-withheld"`` with the bounds, ``"sector-fetch"`` with the table that has the
        classes, or ``"sector-absent"``; an empty id where there is a value.
    """
    if not pd.isna(row[VALUE]):
        return "", {}
    if row["absent"]:
        able = registry.tables_with(
            products=sector.codes(row["kind"]) if sector else [], period=row["period"]
        )
        return (
            ("sector-fetch", {"table": able[0].id})
            if able
            else ("sector-absent", {"table": row["table"]})
        )
    if pd.isna(row["high_meur"]):
        return "sector-unbounded", {"withheld": row["withheld"], "codes": row["codes"]}
    bounds = {"low": 0.0 if pd.isna(row["low_meur"]) else row["low_meur"], "high": row["high_meur"]}
    return "sector-withheld", bounds
