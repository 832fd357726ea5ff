"""The place of a partner over the years, and who moved between two of them."""

from datetime import date
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.errors import NoData
from nltrade.questions import frame as shape
from nltrade.questions import trade
from nltrade.questions.growth import growth
from nltrade.questions.ranking import Among, rank_partners
from nltrade.questions.trade import VALUE
from nltrade.registry import members
from nltrade.registry.periods import days, known

RANKED = [VALUE, "place", "best", "worst"]
PLACES = dict.fromkeys(["place", "best", "worst"], "Int64")
COUNTED = {"kind": "goods", "product": "TOTAL"}
SUMMED = ["table", "modified", "kind", "flow", "partner", "product", "period"]
TRACED = [
    *("table", "kind", "flow", "partner", "product", "period"),
    *("complete", "status", "among", *RANKED),
]


def trace_place(
    frame: pd.DataFrame,
    partner: str = "RU",
    *,
    flow: str = "total trade",
    among: Among | None = None,
) -> pd.DataFrame:
    """
    Give the place of a partner in each year, with the best and the worst place possible.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame with all partners.
    partner : str
        ISO code or name of a country.
    flow : str
        ``"total trade"``, or a flow of the tidy frame.
    among : {"outside EU", "inside EU", "all"}, optional
        The countries that take part; by default those on the partner's own side of the EU's border
        in that year.

    Returns
    -------
    pandas.DataFrame
        A row for each table of goods and year, tables never joined: `table`, `kind`, `flow`,
        `partner`, `product`, `period`, `modified`, `complete`, `status`, `among`, `value_meur`
        (million euro), `place`, `best` and `worst`, which are missing where the partner has no
        value of its own in that year; that does not mean zero.

    Raises
    ------
    UnknownName
        No country has that name, or there is no such flow.
    NoData
        The frame has no yearly goods.

    Examples
    --------
    >>> import nltrade as nl
    >>> traced = trace_place(nl.load("83028NED"), "Russia").set_index("period")
    >>> traced.loc[["2002", "2012"], ["value_meur", "place", "best", "worst"]].values.tolist()
    [[6251.0, 5, 4, 6], [27400.0, 3, 3, 3]]
    """
    about, flow = registry.country(partner), registry.flow(flow)
    goods = _yearly_totals(frame)
    rows: list[dict[str, Any]] = []
    for (table, year), cells in goods.groupby(["table", "period"], sort=False):
        asked = {"flow": flow, "among": among or side_of(about.id, year), "table": table}
        marks = cells[["complete", "status"]].iloc[0].to_dict()
        found = _own(cells, about.id, period=year, **asked)
        rows.append({**COUNTED, **asked, "partner": about.id, "period": year, **marks, **found})
    traced = pd.DataFrame(rows, columns=TRACED).astype({VALUE: float, **PLACES})
    return _dated(traced, goods)


def _own(cells: pd.DataFrame, partner: str, **asked: Any) -> dict[Any, Any]:
    """Give the value and the place of one partner; where only a part is here, there is none."""
    try:
        ranked = rank_partners(cells, **asked)
    except NoData:
        return {}
    own = ranked.loc[ranked["partner"] == partner, RANKED]
    return own.iloc[0].to_dict() if len(own) else {}


def compare_places(
    frame: pd.DataFrame,
    before: str | int,
    after: str | int,
    *,
    flow: str = "total trade",
    among: Among = "outside EU",
    table: str | None = None,
) -> pd.DataFrame:
    """
    Say who moved between two years, in places of one table.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame with all partners.
    before, after : str or int
        The two years.
    flow : str
        ``"total trade"``, or a flow of the tidy frame.
    among : {"outside EU", "inside EU", "all"}
        The countries that take part in each year: membership of the EU is that at the end of it.
    table : str, optional
        The table; by default the first of the registry that has both years whole, or else in part.

    Returns
    -------
    pandas.DataFrame
        A row for each country with a place in either year, by the place after and then the one
        before: `table`, `flow`, `among`, the years `before` and `after`, `partner`, `before_meur`
        (million euro), `before_place`, `before_best`, `before_worst`, the same of `after`, `moved`
        (places won, negative for places lost) and `certain`: whether the country moved, or stayed,
        in every possible case. These two are missing where it has a place in one of the years only.
        `note` marks what the two years have not in common: ``"part-year 2026"``, ``"method break
        2012/2013"``, empty where there is nothing.

    Raises
    ------
    UnknownName
        There is no such flow or table.
    NoData
        No table has both years: tables of different concepts are not compared.

    Examples
    --------
    >>> import nltrade as nl
    >>> moved = compare_places(nl.load(), 2002, 2012)
    >>> russia = moved[["partner", "before_place", "after_place", "moved", "certain"]].iloc[2]
    >>> russia.astype(str).tolist()
    ['RU', '5', '3', '2', 'True']
    """
    before, after = str(before), str(after)
    goods = _yearly_totals(frame)
    used = registry.table(table).id if table else _table_of_both(goods, before, after)
    sides = []
    for name, year in (("before", before), ("after", after)):
        asked: dict[str, Any] = {"flow": flow, "among": among, "table": used}
        ranked = rank_partners(goods, period=year, **asked).set_index("partner")
        names = [f"{name}_{column.removeprefix('value_')}" for column in RANKED]
        sides.append(ranked[RANKED].astype(PLACES).set_axis(names, axis=1))
    found = sides[0].join(sides[1], how="outer")
    found = found.sort_values(["after_place", "before_place"], kind="stable")
    of_years = list(found)

    is_up = found["after_worst"] < found["before_best"]
    is_down = found["before_worst"] < found["after_best"]
    ends = found[["before_best", "before_worst", "after_best", "after_worst"]]
    stayed = ends.notna().all(axis=1) & (ends.nunique(axis=1) == 1)
    certain = (is_up | is_down).fillna(False) | stayed
    found["moved"] = found["before_place"] - found["after_place"]
    found["certain"] = certain.astype("boolean").mask(found["moved"].isna())

    note = _between_years(goods[goods["table"] == used], used, before, after)
    about = {"table": used, "flow": registry.flow(flow), "among": among}
    about |= {"before": before, "after": after, "note": note}
    listed = found.reset_index().assign(**about)
    return _dated(listed[[*about, "partner", *of_years, "moved", "certain"]], goods)


def _dated(found: pd.DataFrame, goods: pd.DataFrame) -> pd.DataFrame:
    """Say of what date of modification each table is, where the frame says it."""
    if "modified" not in goods.columns:
        return found
    return found.merge(goods[["table", "modified"]].drop_duplicates(), on="table", how="left")


def _between_years(cells: pd.DataFrame, table: str, before: str, after: str) -> str:
    """Say which of two years is a part-year, and where the method changed between them."""
    early, late = sorted([before, after])
    whole = cells.groupby("period")["complete"].all()
    notes = [f"part-year {year}" for year in (early, late) if not whole[year]]
    breaks = registry.tables()[table].breaks if table in registry.tables() else []
    notes += [
        f"method break {gap.before}/{gap.after}"
        for gap in breaks
        if early <= gap.before and gap.after <= late
    ]
    return "; ".join(notes)


def like_for_like(
    frame: pd.DataFrame,
    group: str = "EU",
    *,
    period: str | int,
    flow: str = "export",
    product: str = "TOTAL",
) -> pd.DataFrame:
    """
    Compare a year with the one before by the countries that were members of a group in both.

    The total of a group whose members changed is that of another group, so `nltrade.growth` gives
    no rate for it; the sum of those who stayed has one.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame, with the countries of the group in both years.
    group : {"EU", "EUROZONE"}
        The group, without the Netherlands.
    period : str or int
        The later year, quarter or month.
    flow, product : str
        What is compared.

    Returns
    -------
    pandas.DataFrame
        A row for each table that has both years: `table`, `modified` where the frame has it,
        `kind`, `flow`, `partner` (the group), `product`, `period`, `members` (how many),
        `previous_meur`, `value_meur` (million euro; missing unless published for each of these
        members), `growth_pct` (percent) and `growth_note`, as `nltrade.growth` gives them: no rate
        across a change of method, or from or to a part-year.

    Raises
    ------
    UnknownName
        The group is none of these.
    NoData
        No table has members of the group in both years.

    Examples
    --------
    >>> import nltrade as nl
    >>> found = nl.like_for_like(nl.load("83028NED"), "EU", period=2020, flow="export")
    >>> found[["members", "previous_meur", "value_meur"]].iloc[0].tolist()
    [26.0, 317737.0, 301081.0]
    >>> round(found["growth_pct"].item(), 1)
    -5.2
    """
    year = known(str(period))
    before = f"{int(year[:4]) - 1}{year[4:]}"
    of_group = [members.held_by(group, days(each)[1]) - {"NL"} for each in (before, year)]
    stayed = frozenset.intersection(*of_group)

    shape.checked(frame, ["complete"])
    cells = trade.select(
        frame, period=[before, year], flow=registry.flow(flow), product=registry.product(product).id
    )
    both = cells.groupby("table")["period"].transform("nunique") == 2
    cells = cells[both & cells["partner"].isin(stayed)]
    if cells.empty:
        raise NoData(f"No table has the members of {group} of both {before} and {year}.")

    # Under a name of their own, as those who stayed are no group whose members changed.
    columns = [name for name in SUMMED if name in cells]
    summed = cells.assign(partner="stayed").groupby(
        columns, sort=False, as_index=False, dropna=False
    )
    sums = summed.agg(complete=("complete", "first"), sum=(VALUE, "sum"), count=(VALUE, "count"))
    sums[VALUE] = sums["sum"].where(sums["count"] == len(stayed))
    grown = growth(sums.drop(columns=["sum", "count"]))

    found = grown[grown["period"] == year].assign(partner=group, members=len(stayed))
    order = [name for name in (*SUMMED, "members", "previous_meur", VALUE) if name in found]
    return found[[*order, "growth_pct", "growth_note"]].reset_index(drop=True)


def side_of(partner: str, period: str) -> Among:
    """
    Tell on which side of the EU's border a country was at the end of a year.

    Examples
    --------
    >>> side_of("GB", "2012"), side_of("GB", "2022")
    ('inside EU', 'outside EU')
    """
    is_inside = partner in registry.eu_members(date(int(period[:4]), 12, 31))
    return "inside EU" if is_inside else "outside EU"


def _yearly_totals(frame: pd.DataFrame) -> pd.DataFrame:
    rows = trade.select(frame, **COUNTED)
    rows = rows[rows["freq"] == "A"]
    if rows.empty:
        raise NoData(
            "The frame has no yearly figures of all goods; nltrade.load() gives what is here."
        )
    return rows


def _table_of_both(goods: pd.DataFrame, before: str, after: str) -> str:
    """Choose the table that has both years, whole before part: two concepts do not compare."""
    years = goods[goods["period"].isin([before, after])].drop_duplicates(["table", "period"])
    both = years.groupby("table").agg({"period": "nunique", "complete": "all"})
    both = both[both["period"] == len({before, after})]
    able = [id for id in registry.tables() if id in both.index]
    if not able:
        here = goods.groupby("table")["period"].agg(["min", "max"])
        spans = ", ".join(f"{id} {low}-{high}" for id, low, high in here.itertuples())
        raise NoData(
            f"No table has both {before} and {after}; places of two tables do not compare. Here: "
            f"{spans}."
        )
    return max(able, key=lambda id: bool(both.at[id, "complete"]))  # of equals the first
