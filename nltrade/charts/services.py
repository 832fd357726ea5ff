"""Trade in services over the years: the total and the classes at hand, imports beside exports."""

from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import canvas, services_data, style
from nltrade.charts import over_years as panels
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import origins_in, source_lines, statuses, to_fetch
from nltrade.charts.services_data import TOTAL
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

APART = 0.05  # between two panels, as a part of their width
NAMES = 1.35  # inches beside each panel for the names of lines


def draw_services(frame: pd.DataFrame, *, partner: str = "RU", lang: Lang = "en") -> Chart:
    """
    Draw yearly trade in services with a partner: all services and the classes at hand, every table for itself.

    Tables are never joined: those to 2013 follow another manual, and 2020 is in two tables that differ, so it is
    drawn twice. The classes are those of the sixth manual, at most six of them; a class inside another one of the
    frame is left out. What CBS does not publish is a gap.

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
        No services table has a yearly figure for it.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_services(nl.load(), partner="Russia").data
    >>> drawn.query("product == 'S' and flow == 'export' and period == '2020'")[["table", "value_meur"]].values.tolist()
    [['82616NED', 1553.0], ['84765NED', 1974.0]]
    """
    say = Words(lang)
    partner = registry.country(partner).id
    data = services_data.rows(frame, partner)
    classes = services_data.largest(data, len(style.CLASSES))
    known = data.dropna(subset=[VALUE])
    drawn = data[data["product"].isin([TOTAL, *classes])].reset_index(drop=True)
    headline = services_data.headline(frame, drawn, partner, lang)
    marks = services_data.marks(drawn, lang)
    subtitle = [say.text("services-subtitle", partner=partner)]
    if classes:
        subtitle.append(say.label("services-thick"))
    count = data["product"].nunique() - 1
    if count > len(classes):
        subtitle.append(say.text("services-cut", count=count, shown=len(classes)))
    status = statuses(frame, known["period"].max(), "services")
    footer = [
        " ".join(
            [
                *services_data.notes(frame, drawn, marks, partner, lang),
                *to_fetch(frame, partner, "SC", "services-fetch", lang),
            ]
        ),
        say.note("balance-of-payments"),
        *source_lines(origins_in(frame, drawn["table"]), lang, status),
    ]
    paint = partial(_paint, drawn=drawn, classes=classes, marks=list(marks.values()), say=say)
    series = _series(drawn, say)
    return Chart(
        "services", lang, "lines", headline, " ".join(subtitle), footer, series, drawn, paint
    )


def _series(drawn: pd.DataFrame, say: Words) -> list[Series]:
    return [
        panels.year_series(
            f"{registry.product(product).text(say.lang)}, {say.label(flow)}, {table}",
            rows,
            VALUE,
            say.lang,
            "meur",
            main=product == TOTAL,
        )
        for (product, flow, table), rows in drawn.groupby(["product", "flow", "table"], sort=False)
    ]


def _paint(
    space: Canvas, drawn: pd.DataFrame, classes: list[str], marks: list[float], say: Words
) -> None:
    low, high = min(drawn[VALUE].min(), 0), max(drawn[VALUE].max(), 0)
    tall = high - low or 1.0
    ticks = canvas.billions(low, high, say.lang)
    left = canvas.room(ticks.values())
    (limits, _), year = panels.limits([drawn, drawn], space.width - left, NAMES, APART)
    partner = drawn["partner"].iloc[0]
    titles = {flow: say.text(f"{flow}-with", partner=partner) for flow in services_data.FLOWS}
    above = panels.titles(dict.fromkeys(titles.values(), year * (limits[1] - limits[0])))
    axes = space.open(3.75 + above).axes(1, 2, left=left, titles=above, wspace=APART)
    for ax, (flow, title) in zip(axes, titles.items(), strict=True):
        ax.set(xlim=limits, ylim=(low - 0.09 * tall, high + 0.04 * tall))
        ax.set_yticks(list(ticks), list(ticks.values()))
        ax.axhline(0, color=style.GREY, linewidth=0.8)
        for number, at in enumerate(marks, start=1):
            panels.mark_at(ax, at, number, high)
        _lines(ax, drawn[drawn["flow"] == flow], classes, say.lang)
        panels.title(ax, title, style.COLOURS[flow])
    axes[1].tick_params(labelleft=False)


def _lines(ax: Axes, rows: pd.DataFrame, classes: list[str], lang: Lang) -> None:
    """Draw each table's pieces, thick for all services, and name the lines at their ends."""
    labels: dict[str, tuple[float, Any]] = {}
    lasts: dict[str, int] = {}
    flow = rows["flow"].iloc[0]
    colours = {TOTAL: style.COLOURS[flow]} | dict(zip(classes, style.CLASSES, strict=False))
    for product, colour in reversed(colours.items()):
        look = (
            {"linewidth": 2.8, "markersize": 3.5}
            if product == TOTAL
            else {"linewidth": 1.3, "markersize": 2.5}
        )
        line = rows[rows["product"] == product]
        for table, years in line.groupby("table", sort=False):
            panels.draw_line(ax, years, VALUE, colour, registry.tables()[str(table)].breaks, **look)
        known = line.dropna(subset=[VALUE])
        if len(known):
            name = canvas.wrap(registry.product(product).text(lang), NAMES - 0.08, 7.5)
            labels[name], lasts[name] = (
                (known[VALUE].iloc[-1], colour),
                int(known["period"].iloc[-1]),
            )
    end = rows["period"].astype(int).max()
    for name, spot in panels.label_ends(ax, end + 1.2, labels, 7.5).items():
        y, colour = labels[name]
        dots = ":" if lasts[name] < end else "-"  # from a line that ends before
        ax.plot(
            [lasts[name] + 0.35, end + 1.05], [y, spot], color=colour, linestyle=dots, linewidth=0.6
        )
    panels.mark_years(ax, rows["period"].astype(int).unique())
