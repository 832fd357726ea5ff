"""The trade with several partners over time, on one scale: all goods, or one sector."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years, style
from nltrade.charts.canvas import unit_of
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.lines import draw_lines
from nltrade.charts.provenance import source_of, year_label
from nltrade.errors import NoData, UnknownName, close_to
from nltrade.questions.sectors import sector_trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang, Sector
from nltrade.words import Words

PARTS = {
    "total trade": ("import", "export"),
    "import": ("import",),
    "export": ("export",),
}  # the flows that a flow is the sum of


def draw_partners_over_time(
    frame: pd.DataFrame,
    *,
    partners: Sequence[str],
    flow: str = "total trade",
    sector: Sector | None = None,
    period: str | int = 2012,
    lang: Lang = "en",
) -> Chart:
    """
    Draw one yearly flow of several partners, so that they can be compared.

    Each way of counting has a panel of its own, and all have one scale. The first partner is in
    colour, the others are grey.

    Parameters
    ----------
    partners : sequence of str
        ISO codes or names of countries.
    flow : {"total trade", "import", "export"}
        What is drawn; total trade is imports and exports together.
    sector : Sector, optional
        One of `nltrade.sectors()`; all goods by default.
    frame, period, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    UnknownName
        No such partner or flow.
    NoData
        No whole year of any of them is here.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_partners_over_time(nl.load(), partners=["Russia", "Norway"], flow="import")
    >>> drawn.headline
    'Imports in 2012: Russia €20.3bn, Norway €12.5bn'
    """
    say = Words(lang)
    ids = list(dict.fromkeys(registry.country(partner).id for partner in partners))
    if flow not in PARTS:
        raise UnknownName(f"No flow {flow!r}.{close_to(flow, PARTS)} Flows are {', '.join(PARTS)}.")
    rows = frame[frame["partner"].isin(ids) & (frame["freq"] == "A")]
    data = _data(rows, ids, flow, sector)

    year = str(period)
    of_year = data[(data["period"] == year) & data[ids].notna().any(axis=1)]
    counted = of_year.sort_values("complete", ascending=False, kind="stable")["table"].head(1)
    table = str(counted.item()) if len(counted) else ""
    what = say.label(flow) if sector is None else f"{sector.text(lang)}, {say.label(flow)}"

    about = {"years": over_years.span(data), "unit": unit_of(data[ids]).label}
    return Chart(
        "partners_over_time",
        lang,
        "lines",
        _headline(rows, of_year[of_year["table"] == table], ids, what, year, say),
        say.text("partners-over-time-subtitle", what=what, partners=say.partners(ids), **about),
        source_of(rows, data["table"], say, year=year),
        over_years.year_series(data, {id: say.partner(id) for id in ids}, say),
        data,
        partial(
            draw_lines,
            parts=over_years.by_table(data, say),
            lines={id: (say.partner(id), style.GREY) for id in ids}
            | {ids[0]: (say.partner(ids[0]), style.SUBJECT)},
            table=table,
            year=int(year[:4]),
            say=say,
        ),
        over_years.remark(data, say),
        over_years.marks(data, say),
        over_years.notes(data, say),
    )


def _data(rows: pd.DataFrame, ids: list[str], flow: str, sector: Sector | None) -> pd.DataFrame:
    """Give a row for each table and year, with a column for each partner."""
    if sector is None:
        cells = over_years.totals(rows)
    else:
        cells = sector_trade(rows, sectors={sector.id: sector})
        cells = cells[(cells["sector"] == sector.id) & cells[VALUE].notna()]
        # Goods and services are never one line; a sector that has both is drawn by its goods.
        cells = cells[cells["kind"] == cells["kind"].min()]

    cells = cells[cells["flow"].isin(PARTS[flow])]
    index = ["table", "concept", "period", "complete", "partner"]
    index += ["modified"] if "modified" in cells else []
    both = cells.groupby(index)[VALUE].agg(["sum", "count"])
    whole = both["sum"].where(both["count"] == len(PARTS[flow]))
    data = whole.unstack("partner").reindex(columns=ids).reset_index().rename_axis(columns=None)
    data = over_years.published_years(data, ids)
    if data.loc[data["complete"], ids].isna().all(axis=None):
        names = ", ".join(f"{registry.partner(id).name()} ({id})" for id in ids)
        raise NoData(f"No whole year of {names} is here to draw; that does not mean zero.")
    return data


def _headline(
    rows: pd.DataFrame, of_year: pd.DataFrame, ids: list[str], what: str, year: str, say: Words
) -> str:
    """Name the amounts of the year, as far as they are published."""
    known = of_year[ids].iloc[0].dropna() if len(of_year) else pd.Series(dtype=float)
    if known.empty:
        return headline_of(say, "partners-over-time-none", what=what, year=year)
    told = [f"{say.partner(str(id))} {say.bn(value)}" for id, value in known.items()]
    when = year_label(rows, of_year["table"].item(), year, say.lang)
    listed = ", ".join(told)
    return headline_of(say, "partners-over-time", what=what, year=when, listed=listed)
