"""Imports and exports over time: a panel for each way of counting, a gap for each break."""

from functools import partial

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years, style
from nltrade.charts.canvas import unit_of
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.lines import draw_lines
from nltrade.charts.provenance import source_of, year_label
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.growth import growth
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

FLOWS = ("import", "export")
HARDLY = 1.0  # percent


def draw_over_time(
    frame: pd.DataFrame, *, partner: str = "RU", period: str | int = 2012, lang: Lang = "en"
) -> Chart:
    """
    Draw yearly imports and exports of goods, each way of counting in a panel of its own.

    Series of different concepts are never joined. A line stops at a change of method; a year that
    is not over is a hollow mark beside the line.

    Parameters
    ----------
    frame, partner, period, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        No goods table has a yearly figure for it.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_over_time(nl.load(), partner="Russia")
    >>> drawn.headline
    'Imports from Russia rose to €20.3bn in 2012, exports to €7.1bn'
    >>> of_year = drawn.data.query("table == '83028NED' and period == '2012'")
    >>> of_year[["import", "export", "balance"]].values.tolist()
    [[20332.0, 7068.0, -13264.0]]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    frame = frame[(frame["partner"] == partner) & (frame["kind"] == "goods")]
    data = _data(frame, partner)
    table = _counted(frame, partner, year)

    unit = unit_of(data[list(FLOWS)])
    about = {"partner": partner, "years": over_years.span(data), "unit": unit.label}
    return Chart(
        "over_time",
        lang,
        "lines",
        _headline(frame, data, table, partner, year, say),
        say.text("over-time-subtitle", **about),
        source_of(frame, data["table"], say, year=year),
        over_years.year_series(data, {flow: say.label(flow) for flow in FLOWS}, say),
        data,
        partial(
            draw_lines,
            parts=over_years.by_table(data, say),
            lines={flow: (say.label(flow), style.COLOURS[flow]) for flow in FLOWS},
            events=[each for each in registry.events().values() if each.partner == partner],
            table=table,
            year=int(year[:4]),
            say=say,
        ),
        over_years.remark(data, say),
        over_years.marks(data, say),
        [*over_years.notes(data, say), say.label("concepts")],
    )


def _data(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    rows = over_years.totals(frame)
    index = [name for name in over_years.INDEX if name in rows]
    wide = rows.pivot(index=index, columns="flow", values=VALUE)
    wide = wide.reindex(columns=list(FLOWS)).reset_index().rename_axis(columns=None)
    wide["balance"] = wide["export"] - wide["import"]
    wide = over_years.published_years(wide, FLOWS)
    if wide.loc[wide["complete"], list(FLOWS)].isna().all(axis=None):
        name = registry.partner(partner).name()
        raise NoData(
            f"No goods table has a whole year for {name} ({partner}): "
            "it is not published separately."
        )
    return wide[[*index, *FLOWS, "balance"]]


def _counted(frame: pd.DataFrame, partner: str, year: str) -> str:
    """Give the table that the findings count by, as far as one has the year."""
    try:
        return trade.main_table(frame, kind="goods", period=year, partner=partner)
    except NoData:
        return ""


def _headline(
    frame: pd.DataFrame, data: pd.DataFrame, table: str, partner: str, year: str, say: Words
) -> str:
    """Say imports and exports of the year, and where they went, where that may be said."""
    of_year = data[(data["table"] == table) & (data["period"] == year)]
    flows = of_year[list(FLOWS)].iloc[0].dropna() if len(of_year) else pd.Series(dtype=float)
    about = {"partner": partner, "year": year}
    if flows.empty:
        return headline_of(say, "over-time-none", **about)

    about["year"] = year_label(frame, table, year, say.lang)
    values = {**about, "import_": flows.get("import"), "export": flows.get("export")}
    found = "-".join(flow for flow in FLOWS if flow in flows)
    if found != "import-export":
        return headline_of(say, f"over-time-only-{found}", **values)

    rates = growth(over_years.totals(frame[frame["table"] == table]))
    rates = rates[rates["period"] == year].set_index("flow")["growth_pct"]
    moved = [_moved(rates[flow]) for flow in FLOWS]
    told = [f"over-time-{'-'.join(moved)}"] if "none" not in moved else []
    are_alike = say.bn(flows["import"]) == say.bn(flows["export"])
    told.append("over-time-both" if are_alike else "over-time-level")
    return headline_of(say, *told, "over-time-short", **values)


def _moved(rate: float) -> str:
    """Say how a flow moved, if it did and that may be said."""
    if rate >= HARDLY:
        return "rose"
    return "fell" if rate <= -HARDLY else "none"
