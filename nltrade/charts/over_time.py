"""Imports, exports and balance over time: a panel for each concept, a gap for each break, part-years apart."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from nltrade import registry, trade, wording
from nltrade.cbs import snapshot
from nltrade.charts import canvas
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart
from nltrade.errors import NoData
from nltrade.registry.entries import Lang, Table
from nltrade.trade import VALUE

FLOWS = {"import": canvas.IMPORT, "export": canvas.EXPORT, "balance": canvas.GREY}


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
    partner = registry.partner(partner).id
    data = _data(frame, partner)
    tables = [registry.tables()[id] for id in data["table"].unique()]
    headline = _headline(data, partner, lang)
    numbers = _numbered_breaks(tables, data)
    listed = "; ".join(f"({n}) {wording.note(id, lang)}" for id, n in numbers.items())
    part_years = sorted(set(data.loc[~data["complete"], "period"]))
    notes = [wording.text("breaks", lang, breaks=listed)] if listed else []
    if part_years:
        notes.append(wording.text("part-years", lang, years=wording.several(part_years, lang)))
    footer = [
        " ".join([*notes, wording.text("concepts", lang)]),
        *canvas.source_lines(snapshot.origins(data["table"]), lang),
    ]
    with canvas.styled():
        chart = Canvas(
            headline=headline,
            subtitle=wording.text("over-time-subtitle", lang, partner=partner),
            footer=footer,
            height=4.0,
        )
        panels = [data[data["table"] == table.id] for table in tables]
        spans = [rows["period"].astype(int).agg(["min", "max"]) for rows in panels]
        widths = [span["max"] - span["min"] + 4.5 for span in spans]
        axes = chart.axes(1, len(tables), left=0.3, titles=0.25, width_ratios=widths, wspace=0.06)
        low, high = min(data[list(FLOWS)].min().min(), 0), data[list(FLOWS)].max().max()
        for ax, span, table, rows in zip(axes, spans, tables, panels, strict=True):
            _panel(ax, rows, table, numbers, 0.06 * (high - low), lang)
            ax.set_xlim(span["min"] - 0.7, span["max"] + 3.8)
            _events(ax, rows, partner, lang)
            ax.set_ylim(low - 0.09 * (high - low), high + 0.36 * (high - low))
            ax.set_title(_title(table, lang), loc="left", fontsize=9, weight="bold", color=canvas.INK)
            canvas.billions(ax.yaxis, lang, low, high)
        for ax in axes[1:]:
            ax.tick_params(labelleft=False)
    return Chart("over_time", lang, chart.figure, headline, f"{headline}. {_alt(data, lang)}", data)


def _data(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    rows = frame[
        (frame["partner"] == partner) & (frame["kind"] == "goods") & (frame["level"] == 0) & (frame["freq"] == "A")
    ]
    flows = pd.concat([rows[rows["flow"].isin(FLOWS)], trade.balance(rows)])
    index = ["table", "concept", "partner", "period", "complete", "status"]
    wide = flows.pivot(index=index, columns="flow", values=VALUE).reset_index().rename_axis(columns=None)
    wide = wide.dropna(subset=["import", "export"], how="all")
    if wide.empty:
        name = registry.partner(partner).name()
        raise NoData(f"No goods table has a yearly figure for {name} ({partner}): it is not published separately.")
    order = {id: at for at, id in enumerate(registry.tables())}
    wide = wide.sort_values(["table", "period"], key=lambda s: s.map(order) if s.name == "table" else s)
    return wide[[*index, *FLOWS]].reset_index(drop=True)


def _numbered_breaks(tables: list[Table], data: pd.DataFrame) -> dict[str, int]:
    """Number the changes of method between two years that are drawn."""
    years = set(data["period"])
    notes = [gap.note for table in tables for gap in table.breaks if {gap.before, gap.after} <= years]
    return {note: number for number, note in enumerate(dict.fromkeys(notes), start=1)}


def _title(table: Table, lang: Lang) -> str:
    return f"{wording.label(table.concept, lang)} ({table.id})"


def _panel(ax: Axes, rows: pd.DataFrame, table: Table, numbers: dict[str, int], apart: float, lang: Lang) -> None:
    """Draw the lines of one table, in pieces between its breaks, and name them at their ends."""
    whole, part = rows[rows["complete"]], rows[~rows["complete"]]
    gaps = [gap for gap in table.breaks if gap.note in numbers]
    piece = sum((whole["period"] >= gap.after).astype(int) for gap in gaps) + 0 * whole["period"].astype(int)
    ax.axhline(0, color="#999999", linewidth=0.8)
    for flow, colour in FLOWS.items():
        for _, years in whole.groupby(piece):
            ax.plot(years["period"].astype(int), years[flow], color=colour, marker="o", markersize=2.5)
        if len(part):
            hollow: dict[str, Any] = {"marker": "o", "markersize": 5, "markerfacecolor": "white", "linestyle": "none"}
            ax.plot(part["period"].astype(int), part[flow], color=colour, **hollow)
    last = rows.iloc[-1]
    ends = canvas.spread({flow: last[flow] for flow in FLOWS if pd.notna(last[flow])}, apart)
    for flow, y in ends.items():
        ax.text(int(last["period"]) + 0.5, y, wording.label(flow, lang), color=FLOWS[flow], va="center", fontsize=8.5)
    for gap in gaps:
        ax.axvline(int(gap.after) - 0.5, ymax=0.74, color="#bbbbbb", linewidth=0.8, linestyle=(0, (2, 2)))
        ax.text(
            int(gap.after) - 0.5,
            0.01,
            f"({numbers[gap.note]})",
            transform=ax.get_xaxis_transform(),
            ha="center",
            fontsize=7,
            color="#777777",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
    years = rows["period"].astype(int)
    ax.xaxis.set_major_locator(FixedLocator([year for year in years if year % 5 == 0]))


def _events(ax: Axes, rows: pd.DataFrame, partner: str, lang: Lang) -> None:
    """Mark events above the lines, a row each, so that no label crosses another."""
    years = rows["period"].astype(int)
    events = [e for e in registry.events().values() if e.partner == partner and years.min() <= e.year <= years.max()]
    for row, event in enumerate(sorted(events, key=lambda event: event.year)):
        height = 0.99 - 0.065 * row
        ax.axvline(event.year, ymax=height, color="#c9c9c9", linewidth=0.8, zorder=0)
        label = f"{event.year} {event.text(lang)}"
        start, end = ax.get_xlim()
        years_an_inch = (end - start) / (ax.get_position().width * canvas.WIDTH)
        to_left = event.year + 0.25 + canvas.text_width(label, 7.5) * years_an_inch > end
        ax.text(
            event.year + (-0.25 if to_left else 0.25),
            height,
            label,
            transform=ax.get_xaxis_transform(),
            ha="right" if to_left else "left",
            va="top",
            fontsize=7.5,
            color="#555555",
        )


def _headline(data: pd.DataFrame, partner: str, lang: Lang) -> str:
    """Say when each flow was highest, in the longest series."""
    whole = data[data["complete"]]
    longest = whole[whole["table"] == whole["table"].value_counts().index[0]]
    values = {"partner": partner, "first": longest["period"].min(), "last": longest["period"].max()}
    for flow in ("import", "export"):
        if longest[flow].notna().any():
            top = longest.loc[longest[flow].idxmax()]
            values |= {f"{flow}s": top[flow], f"{flow}_year": top["period"]}
    known = [flow for flow in ("import", "export") if f"{flow}s" in values]
    return wording.text("-".join(["over-time", *known]), lang, **values)


def _alt(data: pd.DataFrame, lang: Lang) -> str:
    """Give the first and last whole year of each line."""
    lines = []
    for table, rows in data[data["complete"]].groupby("table", sort=False):
        for flow in FLOWS:
            ends = rows.dropna(subset=[flow]).iloc[[0, -1]]
            values = {"flow": flow, "table": table}
            for name, end in zip(("first", "last"), ends.to_dict("records"), strict=True):
                values |= {name: end["period"], f"{name}_value": end[flow]}
            lines.append(wording.text("over-time-alt", lang, **values))
    return " ".join(lines)
