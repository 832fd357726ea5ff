"""Imports and exports over time: a panel for each way of counting, a gap for each break."""

from functools import partial
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years, style
from nltrade.charts.canvas import Canvas, unit_of
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.provenance import footer, year_label
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Event, Lang
from nltrade.words import Words

FLOWS = ("import", "export")
CONCEPTS = ("border crossing", "change of ownership")  # those that CBS counts by itself
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
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year that is marked, and of which the headline is.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    Chart

    Raises
    ------
    UnknownName
        No such partner.
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

    note = []
    if not data["complete"].all():
        note.append(say.label("over-time-part"))
    if data["table"].nunique() > 1:
        note.append(say.label("over-time-two"))
    unit = unit_of(data[list(FLOWS)])
    about = {"partner": partner, "years": over_years.span(data), "unit": unit.label}
    return Chart(
        "over_time",
        lang,
        "lines",
        _headline(frame, data, table, partner, year, say),
        say.text("over-time-subtitle", **about),
        footer(frame, data["table"], say, note=" ".join(note), year=year),
        _series(data, say),
        data,
        partial(_paint, data=data, table=table, year=int(year[:4]), say=say),
        [*over_years.notes(data, say), say.label("concepts")],
    )


def _data(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    rows = frame[frame["concept"].isin(CONCEPTS) & (frame["level"] == 0) & (frame["freq"] == "A")]
    # which snapshot a year is from goes along, for the months of a part-year
    index = ["table", "modified", "concept", "partner", "period", "complete", "status"]
    index = [name for name in index if name in rows]
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


def _series(data: pd.DataFrame, say: Words) -> list[Series]:
    return [
        over_years.year_series(f"{say.label(flow)}, {table}", rows, flow, say.lang)
        for table, rows in data.groupby("table", sort=False)
        for flow in FLOWS
    ]


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

    moved = _moved(frame[frame["table"] == table], year)
    told = [f"over-time-{'-'.join(moved)}"] if "none" not in moved else []
    return headline_of(say, *told, "over-time-level", "over-time-short", **values)


def _moved(rows: pd.DataFrame, year: str) -> list[str]:
    """Say how each flow moved: not over a break, from or to a part-year, or of little."""
    near = rows["period"].isin([year, str(int(year[:4]) - 1)])
    totals = rows[near & (rows["level"] == 0) & (rows["freq"] == "A") & rows["flow"].isin(FLOWS)]
    grown = trade.growth(totals)
    now = grown[grown["period"] == year].set_index("flow")
    moved = []
    for flow in FLOWS:
        rate = now.at[flow, "growth_pct"]
        told = pd.notna(rate) and abs(rate) >= HARDLY
        moved.append(("rose" if rate > 0 else "fell") if told else "none")
    return moved


def _paint(canvas: Canvas, data: pd.DataFrame, table: str, year: int, say: Words) -> None:
    parts = {str(id): rows for id, rows in data.groupby("table", sort=False)}
    over_years.draw_amounts(
        canvas,
        data,
        {flow: (say.label(flow), style.COLOURS[flow]) for flow in FLOWS},
        titles={id: say.label(f"{registry.table(id).concept}-panel") for id in parts},
        table=table,
        year=year,
        say=say,
        events=_events(data["partner"].iloc[0], parts),
    )


def _events(partner: str, parts: dict[Any, pd.DataFrame]) -> dict[Any, list[Event]]:
    """Share events out over the panels: each in the last one that has its whole year."""
    found: dict[Any, list[Event]] = {}
    told: set[int] = set()
    for id, rows in reversed(parts.items()):
        events = [e for e in over_years.events_of(partner, rows) if e.year not in told]
        told |= {event.year for event in events}
        found[id] = events
    return found
