"""
Trade by sector: sums over the classes that define a sector, with bounds where CBS withholds one of them.

A sector's value is there when every class of it is published. Where CBS withholds some, the published ones are the
least it can be; the most is what their parents leave unpublished besides. Where a frame lacks a class altogether, no
bound is given: another table may have it. Sectors overlap, so they are never added up; the remainder is what the
published classes of all sectors together, each good counted once, leave of the total: in no sector, or not published.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrameT

from nltrade import registry, trade
from nltrade.registry import sectors as named
from nltrade.registry.entries import Kind, Sector
from nltrade.trade import VALUE

CELL = ["table", "kind", "flow", "concept", "partner", "partner_kind", "period", "freq", "complete", "status"]
KEY = ["table", "flow", "partner", "period"]  # what tells the cells of one kind apart, beside the product
COUNTS = ["codes", "published", "withheld", "absent"]
AMOUNTS = ["low_meur", "high_meur", "total_meur", "share_pct", "growth_pct"]
REMAINDER, UNION = "remainder", "all sectors"


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
        Of the same engine; a row for each sector (and the ``remainder``), table, flow, partner and period: what it is,
        `sector`, the number of its `codes` and of those that are `published`, `withheld` and `absent` from the frame;
        `value_meur` (million euro; missing unless all are published), `low_meur` and `high_meur` (what it is at least
        and at most, missing where nothing bounds it), `total_meur` of all goods or services and `share_pct` of it;
        `growth_pct` and `growth_note` as in `nltrade.growth`. The flow ``"balance"`` is exports less imports.

    Examples
    --------
    >>> import nltrade as nl
    >>> found = nl.sector_trade(nl.load(period=[2011, 2012]), "RU", 2012)
    >>> energy = found.query("sector == 'energy' and flow == 'import'")
    >>> energy[["value_meur", "share_pct", "growth_pct"]].round(1).values.tolist()
    [[18682.0, 91.9, 22.5]]
    """
    known = named.sectors() if sectors is None else sectors
    rows: Any = nw.from_native(frame if partner is None else trade.select(frame, partner=partner))
    parts = []
    for kind in named.KINDS:
        if baskets := {id: sector.codes(kind) for id, sector in known.items() if sector.codes(kind)}:
            parts.append(_with_remainder(sums(rows.filter(nw.col("kind") == kind), baskets, kind)))
    found = _with_growth(nw.concat(parts))
    if period is not None:
        found = found.filter(nw.col("period") == str(period))
    return found.to_native()  # type: ignore[no-any-return]


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
                common = {b for a, b in pairs if named.contains(a, b)} | {a for a, b in pairs if named.contains(b, a)}
                if common:
                    rows.append((kind, one.id, other.id, ", ".join(sorted(common))))
    return pd.DataFrame(rows, columns=["kind", "sector", "other", "codes"])


def sums(rows: Any, baskets: Mapping[str, Sequence[str]], kind: Kind) -> Any:
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

    Returns
    -------
    narwhals frame
        A row for each basket and total of the frame, as `sector_trade` describes; no growth.
    """
    baskets = {**baskets, UNION: named.union(code for codes in baskets.values() for code in codes)}
    level, code, empty = nw.col("level"), nw.col("product"), nw.col(VALUE).is_null()
    needed = sorted({each for codes in baskets.values() for each in codes})
    cells = rows.select(*KEY, "product", "level", VALUE)
    products = cells.select("product").unique()
    of_basket = nw.concat(
        [products.filter(code.is_in(list(codes))).with_columns(sector=nw.lit(id)) for id, codes in baskets.items()]
    )
    parts = cells.filter(code.is_in(needed), level > 0).join(of_basket, on="product")
    told = (
        parts.with_columns(
            withheld=empty.cast(nw.Int64), published=(~empty).cast(nw.Int64), told=nw.col(VALUE).fill_null(0.0)
        )
        .group_by(*KEY, "sector")
        .agg(nw.col("withheld", "published", "told").sum())
    )
    totals = rows.filter(level == 0).select(*CELL, nw.col(VALUE).alias("total_meur"))
    every = nw.concat(
        [totals.with_columns(sector=nw.lit(id), codes=nw.lit(len(codes), nw.Int64)) for id, codes in baskets.items()]
    )
    found = every.join(told, on=[*KEY, "sector"], how="left").join(
        _left_of_parents(cells, parts.filter(empty), kind, needed), on=[*KEY, "sector"], how="left"
    )
    found = found.with_columns(nw.col("withheld", "published", "told", "more", "open").fill_null(0))
    absent = nw.col("codes") - nw.col("published") - nw.col("withheld")
    return found.with_columns(
        absent=absent,
        value_meur=nw.when((nw.col("withheld") == 0) & (absent == 0)).then(nw.col("told")),
        low_meur=nw.when(nw.col("published") > 0).then(nw.col("told")),
        high_meur=nw.when((nw.col("open") == 0) & (absent == 0)).then(nw.col("told") + nw.col("more")),
    ).drop("told", "more", "open")


def _left_of_parents(cells: Any, withheld: Any, kind: Kind, needed: Sequence[str]) -> Any:
    """
    Say how much the withheld classes of each sector can be: what their parents leave unpublished, each parent once.

    `open` counts the parents that are not published either, so that nothing bounds what is in them.
    """
    level, code = nw.col("level"), nw.col("product")
    top, letters = ("TOTAL", 0) if kind == "goods" else ("S", 1)  # SITC 333 is in 33; service SC11 in SC1
    parent = nw.when(level == 2).then(code.str.slice(0, 1 + letters)).otherwise(code.str.slice(0, 2 + letters))
    parent = nw.when(level == 1).then(nw.lit(top)).otherwise(parent)
    asked = withheld.with_columns(parent=parent).select(*KEY, "sector", "parent").unique()
    parents = asked.select(*KEY, "parent").unique()
    whole = cells.select(*KEY, code.alias("parent"), nw.col(VALUE).alias("whole"))
    parents_of = {code[:-1] for code in needed}
    children = cells.filter(level > 0, code.is_in([id for id in registry.products() if id[:-1] in parents_of]))
    children = children.filter(~nw.col(VALUE).is_null()).with_columns(parent=parent)
    told = children.join(parents, on=[*KEY, "parent"]).group_by(*KEY, "parent").agg(nw.col(VALUE).sum())
    left = parents.join(whole, on=[*KEY, "parent"], how="left").join(told, on=[*KEY, "parent"], how="left")
    left = left.with_columns(more=(nw.col("whole") - nw.col(VALUE).fill_null(0.0)).clip(0.0))
    left = left.with_columns(nw.col("more").fill_null(0.0), open=nw.col("whole").is_null().cast(nw.Int64))
    bounds = asked.join(left.select(*KEY, "parent", "more", "open"), on=[*KEY, "parent"])
    return bounds.group_by(*KEY, "sector").agg(nw.col("more", "open").sum())


def _with_remainder(found: Any) -> Any:
    """Turn the union of all sectors into what their published classes leave of the total."""
    is_union, total = nw.col("sector") == UNION, nw.col("total_meur")
    rest = total - nw.col("low_meur").fill_null(0.0)
    amounts = [nw.when(is_union).then(rest).otherwise(nw.col(name)).alias(name) for name in (VALUE, *AMOUNTS[:2])]
    name = nw.when(is_union).then(nw.lit(REMAINDER)).otherwise(nw.col("sector")).alias("sector")
    share = nw.when(total != 0).then(100 * nw.col(VALUE) / total).alias("share_pct")
    return found.with_columns(name, *amounts).with_columns(share)


def _with_growth(found: Any) -> Any:
    """Add growth, and the balance as rows of its own; both are those of `nltrade.trade`, with sectors as products."""
    tidy = found.rename({"sector": "product"}).with_columns(level=nw.lit(1))
    grown = nw.from_native(trade.growth(tidy.to_native()))
    balance = nw.from_native(trade.balance(tidy.select(*CELL, "product", "level", VALUE).to_native()))
    texts = [name for name in [*CELL, "product", "growth_note"] if name != "complete"]
    # Engines have several kinds of texts and of whole numbers.
    columns: list[Any] = [nw.col(*texts).cast(nw.String), "complete", VALUE, nw.col(*COUNTS).cast(nw.Int64), *AMOUNTS]
    balance = balance.with_columns(
        *(nw.lit(0, nw.Int64).alias(name) for name in COUNTS),
        *(nw.lit(None).cast(nw.Float64).alias(name) for name in AMOUNTS),
        growth_note=nw.lit(""),
    )
    rows = nw.concat([grown.select(columns), balance.select(columns)]).rename({"product": "sector"})
    # What the rest consists of can change from one year or flow to the other, so it has neither growth nor balance.
    is_rest = nw.col("sector") == REMAINDER
    return rows.with_columns(
        nw.when(~is_rest).then(nw.col("growth_pct")).alias("growth_pct"),
        nw.when(~is_rest | (nw.col("flow") != "balance")).then(nw.col(VALUE)).alias(VALUE),
    )


def most_detailed(found: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """
    Keep the rows of the table that publishes most classes; of several, the first of the registry.

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
    of_kind = found[found["kind"] == kind]
    told = of_kind.groupby("table", sort=False)["published"].sum()
    return of_kind[of_kind["table"] == told.idxmax()] if len(told) else of_kind


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
        ``"sector-withheld"`` with the bounds, ``"sector-fetch"`` with the table that has the classes, or
        ``"sector-absent"``; an empty id where there is a value.
    """
    if not pd.isna(row[VALUE]):
        return "", {}
    if row["absent"]:
        able = registry.tables_with(products=sector.codes(row["kind"]) if sector else [], period=row["period"])
        return ("sector-fetch", {"table": able[0].id}) if able else ("sector-absent", {"table": row["table"]})
    if pd.isna(row["high_meur"]):
        return "sector-unbounded", {"withheld": row["withheld"], "codes": row["codes"]}
    bounds = {"low": 0.0 if pd.isna(row["low_meur"]) else row["low_meur"], "high": row["high_meur"]}
    return "sector-withheld", bounds
