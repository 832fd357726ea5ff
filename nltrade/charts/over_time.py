"""Imports, exports and balance over time: a panel for each concept, a gap for each break, part-years apart."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import canvas, over_years, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import origins_in, source_lines
from nltrade.errors import NoData
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Break, Event, Lang
from nltrade.words import Words

EVENT_ROW = 0.1  # height of a row for an event, as a part of what the lines take
APART = 0.06  # between two panels, as a part of their width
NAME = 8.5  # size of the names of lines
FLOWS = {"import": style.IMPORT, "export": style.EXPORT, "balance": style.GREY}


def draw_over_time(frame: pd.DataFrame, *, partner: str = "RU", lang: Lang = "en") -> Chart:
    """
    Draw yearly trade in goods with a partner, every table in a panel of its own.

    Series of different concepts are never joined. A line stops at a change of method; a year that is not over is a
    hollow mark beside the line.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
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
    >>> drawn = draw_over_time(nl.load(), partner="Russia").data
    >>> drawn.query("table == '83028NED' and period == '2012'")[["import", "export", "balance"]].values.tolist()
    [[20332.0, 7068.0, -13264.0]]
    """
    say = Words(lang)
    partner = registry.country(partner).id
    data = _data(frame, partner)
    tables = [registry.tables()[id] for id in data["table"].unique()]
    headline = _headline(data, partner, say)
    numbers = over_years.numbered_breaks(tables, data)
    footer = [
        " ".join([*over_years.notes(data, numbers, lang), say.text("concepts")]),
        *source_lines(origins_in(frame, data["table"]), lang),
    ]
    subtitle = say.text("over-time-subtitle", partner=partner)
    if len(tables) > 1:
        subtitle += " " + say.label("two-concepts")
    paint = partial(_paint, data=data, numbers=numbers, say=say)
    return Chart(
        "over_time", lang, "lines", headline, subtitle, footer, _series(data, say), data, paint
    )


def _series(data: pd.DataFrame, say: Words) -> list[Series]:
    return [
        over_years.year_series(
            f"{say.label(flow)}, {table}", rows, flow, say.lang, main=flow != "balance"
        )
        for table, rows in data.groupby("table", sort=False)
        for flow in FLOWS
    ]


def _paint(space: Canvas, data: pd.DataFrame, numbers: Mapping[str, int], say: Words) -> None:
    partner = data["partner"].iloc[0]
    parts = [
        (registry.table(str(table)), rows) for table, rows in data.groupby("table", sort=False)
    ]
    low, high = min(data[list(FLOWS)].min().min(), 0), max(data[list(FLOWS)].max().max(), 0)
    ticks = canvas.billions(low, high, say.lang)
    left = canvas.room(ticks.values())
    beside = max(canvas.text_width(say.label(flow), NAME) for flow in FLOWS) + 0.2
    years, year = over_years.limits([rows for _, rows in parts], space.width - left, beside, APART)
    widths = [end - start for start, end in years]
    names = [over_years.concept(table, say.lang) for table, _ in parts]
    above = over_years.titles({name: year * wide for name, wide in zip(names, widths, strict=True)})
    axes = space.open(3.75 + above).axes(
        1, len(parts), left=left, titles=above, width_ratios=widths, wspace=APART
    )
    tall = high - low or 1.0
    rows_above = 0.06 + EVENT_ROW * len(_events(partner, data))
    for ax, name, limits, (table, rows) in zip(axes, names, years, parts, strict=True):
        ax.set(xlim=limits, ylim=(low - 0.09 * tall, high + rows_above * tall))
        ax.set_yticks(list(ticks), list(ticks.values()))
        _draw_lines(ax, rows, table.breaks, say)
        over_years.mark_breaks(ax, table.breaks, numbers, high)
        _mark_events(ax, _events(partner, rows), EVENT_ROW / (1.09 + rows_above), say.lang)
        over_years.title(ax, name)
    for ax in axes[1:]:
        ax.tick_params(labelleft=False)


def _data(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    rows = frame[
        (frame["partner"] == partner)
        & (frame["kind"] == "goods")
        & (frame["level"] == 0)
        & (frame["freq"] == "A")
    ]
    index = ["table", "concept", "partner", "period", "complete", "status"]
    wide = rows.pivot(index=index, columns="flow", values=VALUE)
    wide = wide.reindex(columns=["import", "export"]).reset_index().rename_axis(columns=None)
    wide["balance"] = wide["export"] - wide["import"]
    wide = over_years.published_years(wide, ["import", "export"])
    if wide.loc[wide["complete"], ["import", "export"]].isna().all(axis=None):
        name = registry.partner(partner).name()
        raise NoData(
            f"No goods table has a whole year for {name} ({partner}): it is not published separately."
        )
    return wide[[*index, *FLOWS]]


def _draw_lines(ax: Axes, rows: pd.DataFrame, breaks: Sequence[Break], say: Words) -> None:
    """Draw the lines of one table, in pieces between its breaks, and name them at their ends."""
    ax.axhline(0, color=style.GREY, linewidth=0.8)
    labels = {}
    for flow, colour in FLOWS.items():
        over_years.draw_line(ax, rows, flow, colour, breaks)
        known = rows[flow].dropna()
        if len(known):
            labels[say.label(flow)] = known.iloc[-1], colour
    over_years.label_ends(ax, int(rows["period"].iloc[-1]) + 0.7, labels, NAME)
    over_years.mark_years(ax, rows["period"].astype(int))


def _events(partner: str, rows: pd.DataFrame) -> list[Event]:
    """Find the events in the years that are drawn, the earliest first."""
    years = rows["period"].astype(int)
    found = [
        e
        for e in registry.events().values()
        if e.partner == partner and years.min() <= e.year <= years.max()
    ]
    return sorted(found, key=lambda event: event.year)


def _mark_events(ax: Axes, events: Sequence[Event], row_height: float, lang: Lang) -> None:
    """Mark events above the lines, a row each, so that no label crosses another."""
    start, end = ax.get_xlim()
    year = canvas.inches(ax)[0] / (end - start)
    before = start
    for row, event in enumerate(events):
        height = 0.99 - row_height * row
        ax.axvline(event.year, ymax=height, color=style.RULE, linewidth=0.8, zorder=0)
        label, apart = f"{event.year} {event.text(lang)}", 0.25
        room = {"left": end - event.year - apart, "right": event.year - apart - before}
        side = (
            "left"
            if canvas.text_width(label, 7.5) <= room["left"] * year
            else max(room, key=room.__getitem__)
        )
        look: dict[str, Any] = {
            "ha": side,
            "va": "top",
            "fontsize": 7.5,
            "color": style.SOFT,
            "linespacing": 1.0,
        }
        label = canvas.wrap(label, room[side] * year, 7.5)
        at = event.year + (apart if side == "left" else -apart)
        ax.text(at, height, label, transform=ax.get_xaxis_transform(), **look)
        before = event.year


def _headline(data: pd.DataFrame, partner: str, say: Words) -> str:
    """Say when each flow was highest, in the longest series."""
    whole = data[data["complete"]]
    longest = whole[whole["table"] == whole["table"].value_counts().index[0]]
    first, last = longest["period"].min(), longest["period"].max()
    values = {
        "partner": partner,
        "concept": longest["concept"].iloc[0],
        "first": first,
        "last": last,
    }
    for flow in ("import", "export"):
        if longest[flow].notna().any():
            top = longest.loc[longest[flow].idxmax()]
            values |= {f"{flow}s": top[flow], f"{flow}_year": top["period"]}
    known = [flow for flow in ("import", "export") if f"{flow}s" in values]
    sentence = say.text("-".join(["over-time", *known]), **values)
    crossed = [
        g
        for g in registry.tables()[longest["table"].iloc[0]].breaks
        if first <= g.before and g.after <= last
    ]
    return sentence + (say.label("across-breaks") if crossed else "")
