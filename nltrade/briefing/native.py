"""Bars and lines as PowerPoint's own charts, which a person can restyle."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import ceil
from typing import Any

import pandas as pd
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls
from pptx.util import Inches, Pt

from nltrade import registry
from nltrade.charts import Chart
from nltrade.charts.canvas import unit_of
from nltrade.charts.series import Series, by_years
from nltrade.questions.trade import VALUE
from nltrade.words import Words

# The figures that say the same without what is drawn beside their marks. Not so two sides: a change
# of CBS's method does not break what the partner reported.
NATIVE = ("over_time", "sectors", "ranking", "services", "fuels", "suppliers")
KINDS = {"bars": XL_CHART_TYPE.BAR_CLUSTERED, "lines": XL_CHART_TYPE.LINE}
MOST_SERIES, MOST_BARS = 6, 16  # a chart of more is a picture
SHOWN = 10  # of the sectors of one flow, the largest first
YEAR = Inches(0.7)  # the room of a label
FLOWS = {"import": "0072B2", "export": "D55E00"}
SUBJECT, REST = "964A8B", "BFBFBF"
OTHERS = ("555555", "8A8A8A", "B0B0B0", "333333")
SIZE = 14  # points
# The lines of one colour, table by table: three at most, as a chart has six series of two flows.
DASHES = (None, MSO_LINE.DASH, MSO_LINE.ROUND_DOT, *(None,) * MOST_SERIES)


def is_native(chart: Chart) -> bool:
    """
    Tell whether a figure can be a chart of PowerPoint's own.

    Not so a figure of another kind than bars or lines, of too many series, or of values that differ
    in unit or are words: it is better as a picture.
    """
    series, points = _plotted(chart)
    words = any(isinstance(value, str) for each in series for value in each.values.values())
    several = len({each.unit for each in series}) != 1 or len(series) > MOST_SERIES
    if chart.name not in NATIVE or chart.kind not in KINDS or words or several or len(points) < 2:
        return False

    alike = all(len(each.values) == len(points) for each in series)
    return chart.kind == "lines" or (len(points) * len(series) <= MOST_BARS and alike)


def add_chart(slide: Any, chart: Chart, box: tuple[int, int, int, int]) -> Any:
    """
    Put a figure on a slide as a chart of PowerPoint's own; see `is_native`.

    Parameters
    ----------
    slide : pptx.slide.Slide
        The slide.
    chart : Chart
        The figure.
    box : tuple of int
        Where it goes: left, top, width, height.

    Returns
    -------
    pptx.shapes.graphfrm.GraphicFrame
    """
    series, points = _plotted(chart)
    lines = chart.kind == "lines"
    of_categories = _dates(chart, series, points) if lines else {each: each for each in points}

    # billions or millions, as the figure and its subtitle have it
    amounts = [v for each in series for v in each.values.values() if isinstance(v, float | int)]
    unit = unit_of(amounts).meur if series[0].unit == "bn" else 1.0
    of_type: Any = CategoryChartData
    data = of_type(number_format="0.0" if unit > 1 else "#,##0")
    data.categories = list(of_categories)
    for each in series:
        told = [each.values.get(point) for point in of_categories.values()]
        values = [
            value / unit if isinstance(value, float | int) and pd.notna(value) else None
            for value in told
        ]
        data.add_series(by_years(each.name), values)

    drawn = slide.shapes.add_chart(KINDS[chart.kind], *box, data)
    _style(drawn.chart, chart, len(series))
    plot = drawn.chart.plots[0]
    if lines:
        _label_years(drawn.chart.category_axis, ceil(len(points) * YEAR / box[2]))
    elif len(series) == 1:
        _colour_subject(plot, chart)
    _colour_series(plot, chart)
    return drawn


def _plotted(chart: Chart) -> tuple[list[Series], list[str]]:
    """Choose the series that a slide has room for, and list their points."""
    series = [each for each in chart.series if each.in_alt_text]
    if chart.name == "sectors":
        series = [_first(series[0], chart)]
    return series, list(dict.fromkeys(point for each in series for point in each.values))


def _sectors(chart: Chart) -> pd.DataFrame:
    """Give the rows of sectors that a slide has room for: the first of a flow that have a value."""
    rows = chart.data[chart.data["flow"] == chart.data["flow"].iloc[0]]
    return rows.dropna(subset=[VALUE]).head(SHOWN)


def _first(series: Series, chart: Chart) -> Series:
    """Keep the values of these; name who reported each only where they differ in that."""
    rows = _sectors(chart)
    names = [point for point, value in series.values.items() if isinstance(value, float | int)]
    if rows["by"].nunique() == 1:
        names = rows["name"].tolist()
    return replace(series, values=dict(zip(names, rows[VALUE], strict=False)))


def _dates(chart: Chart, series: Sequence[Series], points: Sequence[str]) -> dict[date, str]:
    """
    Give each whole year a day on the axis.

    Where the method changed stands a day without a value: no line goes on across it.
    """
    aside = frozenset().union(*(each.not_extremes for each in series))
    dates = {date(int(year[:4]), 1, 1): year for year in points if year not in aside}
    known = set(chart.tables) & set(registry.tables())
    after = {int(gap.after) for id in known for gap in registry.table(id).breaks}
    gaps = [date(day.year - 1, 7, 1) for day in sorted(dates)[1:] if day.year in after]
    return dict(sorted({**dates, **dict.fromkeys(gaps, "")}.items()))


def _label_years(axis: Any, step: int) -> None:
    """Label the first of so many years, in the usual size."""
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "yyyy", False
    for name, value in (("majorUnit", step), ("majorTimeUnit", "years")):
        axis._element.append(parse_xml(f'<c:{name} {nsdecls("c")} val="{value}"/>'))


def _style(drawn: Any, chart: Chart, count: int) -> None:
    """Set type, legend and axes."""
    drawn.font.size = Pt(SIZE)
    drawn.has_title = False
    drawn.has_legend = count > 1
    if drawn.has_legend:
        drawn.legend.position, drawn.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    drawn.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    drawn.category_axis.format.line.color.rgb = _colour("BFBFBF")
    drawn.category_axis.tick_labels.font.size = Pt(SIZE)  # of the axis itself, as is the rotation
    drawn.category_axis._element.find(".//{*}bodyPr").set("rot", "0")
    drawn.value_axis.major_gridlines.format.line.color.rgb = _colour("E3E3E3")
    drawn.value_axis.format.line.fill.background()
    if chart.kind == "bars":
        drawn.category_axis.reverse_order = True
        drawn.value_axis.visible = drawn.value_axis.has_major_gridlines = False
        drawn.plots[0].gap_width = 60
        drawn.plots[0].has_data_labels = True  # a bar says its value itself


def _colour_subject(plot: Any, chart: Chart) -> None:
    """Give the bars of the subject, or of what it reported itself, their colour."""
    by_partner = []
    if chart.name == "sectors":
        rows = _sectors(chart)
        by_partner = (rows["by"].ne("CBS") & rows["kind"].ne("reported")).tolist()
    for at, name in enumerate(plot.categories):
        is_subject = by_partner[at] if by_partner else str(name) in chart.headline
        if is_subject:
            _fill(plot.series[0].points[at], SUBJECT)


def _colour_series(plot: Any, chart: Chart) -> None:
    """Give imports and exports the colours that they have in the figures."""
    say = Words(chart.lang)
    bars, alone = chart.kind == "bars", len(plot.series) == 1
    others = iter([REST] if bars and alone else OTHERS * len(plot.series))
    used: list[str] = []
    for each in plot.series:
        start = each.name.lower()
        flow = next((id for id in FLOWS if start.startswith(say.label(id))), "")
        colour = FLOWS.get(flow) or next(others)
        used.append(colour)
        if bars:
            _fill(each, colour)
            continue
        each.smooth = False
        each.format.line.width = Pt(2.5)
        each.format.line.color.rgb = _colour(colour)
        each.format.line.dash_style = DASHES[used.count(colour) - 1]


def _fill(mark: Any, colour: str) -> None:
    mark.format.fill.solid()
    mark.format.fill.fore_color.rgb = _colour(colour)


def _colour(code: str) -> Any:
    return RGBColor.from_string(code)  # type: ignore[no-untyped-call]
