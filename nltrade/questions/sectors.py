"""
Trade by sector: sums over the classes that define a sector, with bounds where CBS withholds one of
them.

A sector's value is there when every class of it is published. Where CBS withholds some, the
published ones are the least it can be; the most is what their parents leave unpublished besides.
Where a frame lacks a class altogether, no bound is given: another table may have it. Sectors
overlap, so they are never added up; the remainder is what the published classes of all sectors
together, each good counted once, leave of the total.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrameT

from nltrade import registry
from nltrade.errors import NoData, RegistryError
from nltrade.questions import frame as shape
from nltrade.questions import trade
from nltrade.questions.frame import VALUE
from nltrade.questions.growth import growth
from nltrade.registry import sectors as named
from nltrade.registry.entries import Classes, Kind, Sector
from nltrade.registry.periods import Periods, listed
from nltrade.registry.sectors import REMAINDER

CELL = [
    *("table", "kind", "flow", "concept", "partner", "partner_kind"),
    *("period", "freq", "complete", "status"),
]
# What tells cells apart, beside the product.
KEY = ["table", "kind", "flow", "partner", "period"]

COUNTS = ["codes", "published", "withheld", "absent"]
AMOUNTS = ["low_meur", "high_meur", "total_meur", "share_pct", "growth_pct"]
USUAL: dict[Kind, Classes] = {"goods": "SITC", "services": "BPM6"}

# Chapters of the HS and topics of BPM5 are in their total and in nothing else.
UNDER_TOTAL = ("HS", "EBOPS")

# Of each code: the classification that it is of, and the sector (or another basket) it is in.
CODES = ["classes", "sector", "product"]


def sector_trade(
    frame: IntoFrameT,
    partner: str | Sequence[str] | None = None,
    period: Periods | None = None,
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
    period : str, int or several, optional
        The period: a year, a list, a `range` or ``"2011:2013"``; all by default.
    sectors : mapping of str to Sector, optional
        The sectors of the mission of 2013 by default; `nltrade.sectors(file)` reads your own.

    Returns
    -------
    frame
        In the eager form of the same engine: of a lazy frame the cells of these classes are
        collected. A row for each sector (and the ``remainder``), table, flow, partner and period:
        what it is, `sector`, the number of its `codes` and of those that are `published`,
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
        A column is missing or of another type, or a cell is there twice.

    Examples
    --------
    >>> import nltrade as nl
    >>> found = nl.sector_trade(nl.load(period=[2011, 2012]), "RU", 2012)
    >>> energy = found.query("sector == 'energy' and flow == 'import'")
    >>> energy[["value_meur", "share_pct", "growth_pct"]].round(1).values.tolist()
    [[18682.0, 91.9, 22.5]]
    """
    known = named.sectors(sectors)
    if not any(sector.goods or sector.services for sector in known.values()):
        raise NoData("No sector here has a class of goods or services. See nltrade.sectors().")
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

    codes = _codes(known)
    periods = None if period is None else listed(period)
    collected = _collected(rows, codes, periods)
    cells = _in_pandas(collected)
    numbered = _by_total(cells)
    found = _with_growth(pd.concat([_sums(*numbered, codes), _remainder(*numbered, codes)]))
    if periods is not None:
        found = found[found["period"].isin(periods)]
    return _as_frame(found.reset_index(drop=True), collected)  # type: ignore[no-any-return]


def amounts(cells: pd.DataFrame, sectors: Mapping[str, Sector]) -> pd.DataFrame:
    """
    Add up the trade of each sector, without growth, balance and remainder: what a figure draws.

    Parameters
    ----------
    cells : pandas.DataFrame
        Tidy frame of one partner, with the rows of the totals.
    sectors : mapping of str to Sector
        The sectors.

    Returns
    -------
    pandas.DataFrame
        The rows and columns of `sector_trade`, but for those three.

    Raises
    ------
    FrameError
        A column is missing or of another type, or a cell is there twice.
    """
    rows = shape.checked(cells, [*CELL, "product", VALUE])
    shape.require_unique(rows, [*KEY, "product"])
    return _with_share(sums(rows.to_native(), _codes(sectors)))


def _codes(sectors: Mapping[str, Sector]) -> pd.DataFrame:
    """List the codes of sectors: a row for each, with the classification that it is of."""
    listed: list[tuple[str, str, str]] = []
    for classes in get_args(Classes):
        for id, sector in sectors.items():
            listed += [(classes, id, code) for code in sector.codes_in(classes)]
    return pd.DataFrame(listed, columns=CODES)


def sums(cells: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """
    Add up baskets of codes, with bounds, as `sector_trade` describes; no growth.

    `cells` are those of a tidy frame, the totals among them. `codes` has a row for each code of
    each basket, none inside another of the same: `classes` (the classification), `sector` (the
    basket) and `product`.
    """
    return _sums(*_by_total(cells), codes)


def _sums(totals: pd.DataFrame, cells: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Add up baskets of cells that know the number of their total."""
    per_basket = codes.groupby(["classes", "sector"], sort=False).size().rename("codes")
    found = totals.merge(per_basket.reset_index(), on="classes")

    parts = cells.merge(codes, on=["classes", "product"])
    parts["withheld"] = parts[VALUE].isna()
    parts["published"] = parts[VALUE].notna()
    by_basket = parts.groupby(["of", "sector"])
    told = by_basket.agg(
        published=("published", "sum"), withheld=("withheld", "sum"), told=(VALUE, "sum")
    )
    left = _left_of_parents(cells, parts[parts["withheld"]])
    found = found.join(told, on=["of", "sector"]).join(left, on=["of", "sector"])

    counts = ["published", "withheld", "open"]
    found[counts] = found[counts].fillna(0).astype("int64")
    found[["told", "more"]] = found[["told", "more"]].fillna(0.0)
    found["absent"] = found["codes"] - found["published"] - found["withheld"]
    is_here = found["absent"] == 0
    found[VALUE] = found["told"].where(is_here & (found["withheld"] == 0))
    found["low_meur"] = found["told"].where(found["published"] > 0)
    found["high_meur"] = (found["told"] + found["more"]).where(is_here & (found["open"] == 0))
    return found.drop(columns=["of", "classes", "told", "more", "open"])


def _by_total(cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the totals, and beside each cell the number of the total that it is part of (`of`)."""
    is_total = cells["product"] == cells["kind"].map(shape.TOTAL_OF)
    totals = cells[is_total].rename(columns={VALUE: "total_meur"}).drop(columns="product")
    totals["of"] = range(len(totals))

    # A frame of a user's own has the usual classification of its kind.
    of_table = {table.id: table.classes for table in registry.all_tables().values()}
    usual = totals["kind"].map(USUAL)
    totals["classes"] = totals["table"].map(of_table).fillna(usual)
    numbered = cells[[*KEY, "product", VALUE]].merge(totals[[*KEY, "of", "classes"]], on=KEY)
    return totals, numbered[["of", "classes", "kind", "product", VALUE]]


def _left_of_parents(cells: pd.DataFrame, withheld: pd.DataFrame) -> pd.DataFrame:
    """
    Say how much the withheld classes of each sector can be: what their parents leave, each once.

    `open` counts the parents that are not published either, so that nothing bounds what is in them.
    """
    pairs = cells.drop_duplicates("product")[["kind", "product"]].itertuples(index=False)
    parent = {code: _parent(code, kind) for kind, code in pairs}
    asked = withheld.assign(parent=withheld["product"].map(parent))
    asked = asked[["of", "sector", "parent"]].drop_duplicates()

    value = cells.set_index(["of", "product"])[VALUE].rename("whole")
    value.index.names = ["of", "parent"]
    children = cells.assign(parent=cells["product"].map(parent))
    told = children.groupby(["of", "parent"])[VALUE].sum().rename("told")
    left = asked.join(value, on=["of", "parent"]).join(told, on=["of", "parent"])

    left["more"] = (left["whole"] - left["told"].fillna(0.0)).clip(lower=0.0)
    left["open"] = left["whole"].isna()
    return left.groupby(["of", "sector"])[["more", "open"]].sum()


def _parent(code: str, kind: Kind) -> str | None:
    """Give the class that a class is in: 333 is in 33, that in 3; SC11 in SC1, that in SC."""
    total, section = shape.TOTAL_OF[kind], {"goods": 1, "services": 2}[kind]
    if code == total:
        return None
    if len(code) <= section or code.startswith(UNDER_TOTAL):
        return total
    return code[:section] if len(code) == section + 1 else code[: section + 1]


def _remainder(totals: pd.DataFrame, cells: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Give what the published classes of all baskets leave of each total, each counted once."""
    needed = set(codes["product"]) - set(shape.TOTAL_OF.values())
    told = cells[cells["product"].isin(needed) & cells[VALUE].notna()]

    # A class is left out where a class that it is inside of is published too.
    published = pd.MultiIndex.from_frame(told[["of", "product"]])
    is_inside = pd.Series(False, index=told.index)
    for length in sorted({len(code) for code in needed}):
        whole = told["product"].str[:length]
        is_part = told["product"].str.len() > length
        is_inside |= is_part & pd.MultiIndex.from_arrays([told["of"], whole]).isin(published)

    sum_of = told[~is_inside].groupby("of")[VALUE].sum()
    found = totals[totals["classes"].isin(codes["classes"])]
    rest = found["total_meur"] - found["of"].map(sum_of).fillna(0.0)
    return found.drop(columns=["of", "classes"]).assign(
        sector=REMAINDER,
        **dict.fromkeys(COUNTS, 0),
        **dict.fromkeys([VALUE, "low_meur", "high_meur"], rest),
    )


def _collected(rows: Any, codes: pd.DataFrame, periods: list[str] | None) -> nw.DataFrame[Any]:
    """Take the cells that the sectors need out of the engine: of a period the year before too."""
    needed = set(codes["product"]) - set(shape.TOTAL_OF.values())
    parents = {code[:-1] for code in needed}  # of 33 it is 3, of SC1 it is SC
    beside = {
        code
        for code in registry.products()
        if code in parents or code[:-1] in parents or code.startswith(UNDER_TOTAL)
    }
    names = [*CELL, "product", VALUE]
    names += [name for name in ["modified"] if name in rows.collect_schema().names()]
    wanted = needed | beside | set(shape.TOTAL_OF.values())
    cells = rows.select(names).filter(nw.col("product").is_in(sorted(wanted)))
    if periods is not None:
        before = [f"{int(one[:4]) - 1}{one[4:]}" for one in periods if one[:4].isdecimal()]
        cells = cells.filter(nw.col("period").is_in([*periods, *before]))
    if isinstance(cells, nw.LazyFrame):
        cells = cells.collect()
    shape.require_unique(cells, [*KEY, "product"])
    return cells  # type: ignore[no-any-return]


def _in_pandas(collected: nw.DataFrame[Any]) -> pd.DataFrame:
    """Bring cells to pandas, which takes some columns of other engines only in another form."""
    cells = collected.to_pandas()
    if cells["complete"].dtype == object:  # true, false and unknown
        cells = cells.astype({"complete": "boolean"})
    if cells.empty:  # PyArrow gives no rows as columns without any part, which cannot be joined
        cells = pd.DataFrame(columns=cells.columns).astype(cells.dtypes.to_dict())
    return cells


def _as_frame(found: pd.DataFrame, like: nw.DataFrame[Any]) -> Any:
    """Give an answer in the eager form of the engine that the cells came from."""
    if like.implementation.is_pandas_like():
        return found
    types: dict[str, Any] = dict.fromkeys(found, nw.String())
    types |= dict.fromkeys([VALUE, *AMOUNTS], nw.Float64()) | dict.fromkeys(COUNTS, nw.Int64())
    types["complete"] = nw.Boolean()
    columns = {name: [None if pd.isna(each) else each for each in found[name]] for name in found}
    return nw.from_dict(columns, schema=types, backend=like.implementation).to_native()


def _with_share(found: pd.DataFrame) -> pd.DataFrame:
    total = found["total_meur"]
    return found.assign(share_pct=100 * found[VALUE] / total.where(total != 0))


def _with_growth(found: pd.DataFrame) -> pd.DataFrame:
    """Add shares, growth, and the balance as rows of its own, with sectors as products."""
    tidy = _with_share(found).rename(columns={"sector": "product"}).assign(level=1)
    grown = growth(tidy)
    balance = trade.balance(tidy).assign(**dict.fromkeys(COUNTS, 0), growth_note="")
    rows = pd.concat([grown, balance]).rename(columns={"product": "sector"})

    # What the rest consists of can change from one year or flow to the other, so it has neither
    # growth nor balance.
    is_rest = rows["sector"] == REMAINDER
    rows["growth_pct"] = rows["growth_pct"].mask(is_rest)
    rows[VALUE] = rows[VALUE].mask(is_rest & (rows["flow"] == "balance"))
    modified = [name for name in ["modified"] if name in found]
    return rows[[*CELL, "sector", "growth_note", VALUE, *COUNTS, *AMOUNTS, *modified]]


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


def why_missing(row: Mapping[str, Any], sector: Sector) -> tuple[str, dict[str, Any]]:
    """
    Say why a sector has no value: the id of a text of the registry, and what fills it in.

    Parameters
    ----------
    row : mapping
        A row of `sector_trade`.
    sector : Sector
        The sector.

    Returns
    -------
    (str, dict)
        ``"sector-withheld"`` with the bounds, ``"sector-fetch"`` with the table that has the
        classes, or ``"sector-absent"``; an empty id where there is a value.
    """
    if not pd.isna(row[VALUE]):
        return "", {}
    if row["absent"]:
        able = registry.tables_with(products=sector.codes(row["kind"]), period=row["period"])
        if able:
            return "sector-fetch", {"table": able[0].id}
        return "sector-absent", {"table": row["table"]}
    if pd.isna(row["high_meur"]):
        return "sector-unbounded", {"withheld": row["withheld"], "codes": row["codes"]}
    low = 0.0 if pd.isna(row["low_meur"]) else row["low_meur"]
    return "sector-withheld", {"low": low, "high": row["high_meur"]}
