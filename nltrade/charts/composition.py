"""What the trade with a partner consists of: fuels in imports, Dutch-made goods in exports."""

from collections.abc import Hashable
from functools import partial
from math import nan
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import style
from nltrade.charts.canvas import TEXT, Canvas, wrap
from nltrade.charts.chart import Chart, headline_of, start
from nltrade.charts.provenance import source_of, year_label
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

FUELS = "3"
TELLING = 5.0  # percent: a smaller share of fuels says nothing of what the imports are
ROW, BAR, LINE = 0.72, 0.28, 0.17  # inches: a flow, its bar, a line of text
COLOURS = {
    "fuels": style.IMPORT,
    "other-goods": style.IMPORT_LIGHT,
    "domestic export": style.EXPORT,
    "re-export": style.EXPORT_LIGHT,
}
EDGE: dict[str, Any] = {"edgecolor": style.PAGE, "linewidth": 1}
PARTS = {"import": ["fuels", "other-goods"], "export": ["domestic export", "re-export"]}


def draw_composition(
    frame: pd.DataFrame, *, partner: str = "RU", period: str | int = 2012, lang: Lang = "en"
) -> Chart:
    """
    Draw the parts of imports and exports as bars of a hundred percent.

    Only a flow of which the parts say something is drawn: imports of which fuels are a part worth
    naming, exports of which CBS publishes what is made in the Netherlands.

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
        The parts of neither flow are published, or they say nothing.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_composition(nl.load(), partner="RU", period=2012)
    >>> drawn.headline
    'Imports from Russia in 2012: 91.9% fuels; exports: 60.3% Dutch-made'
    >>> dict(zip(drawn.data["part"], drawn.data["share_pct"].round(1)))
    {'fuels': 91.9, 'other-goods': 8.1, 'domestic export': 60.3, 're-export': 39.7}
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    table = trade.main_table(frame, kind="goods", period=year, partner=partner)
    rows = frame[
        (frame["table"] == table) & (frame["period"] == year) & (frame["partner"] == partner)
    ]
    data = _parts(rows)
    if data.empty:
        name = registry.partner(partner).name()
        raise NoData(
            f"{table} does not tell what trade with {name} ({partner}) consisted of in {year}; "
            "that does not mean zero."
        )
    data.insert(0, "table", table)

    shares = data.set_index("part")["share_pct"]
    about: dict[str, Any] = {
        "partner": partner,
        "year": year_label(frame, table, year, lang),
        "share": shares.get("fuels"),
        "made": shares.get("domestic export"),
    }
    both = "-".join(data["flow"].unique())
    return Chart(
        "composition",
        lang,
        "bars",
        headline_of(say, f"composition-{both}", **about),
        say.text("composition-subtitle", **about),
        source_of(frame, [table], say, year=year),
        [_series(parts, partner, say) for _, parts in data.groupby("flow", sort=False)],
        data,
        partial(_paint, data=data, partner=partner, say=say),
        say.label("parts-note") if "export" in both else "",
        notes=[say.note("confidential")],
    )


def _parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Split imports into fuels and the rest, exports into Dutch-made goods and re-exports."""
    cell = rows.dropna(subset=[VALUE]).set_index(["flow", "product"])[VALUE].to_dict()
    parts = []

    # of less than that, rounding decides the shares
    imports, fuels = cell.get(("import", "TOTAL"), nan), cell.get(("import", FUELS))
    if imports >= trade.SMALL and fuels is not None and 100 * fuels / imports >= TELLING:
        parts += [
            ("import", "fuels", fuels, imports),
            ("import", "other-goods", imports - fuels, imports),
        ]

    exports = cell.get(("export", "TOTAL"), nan)
    split = {flow: cell.get((flow, "TOTAL")) for flow in PARTS["export"]}
    if exports >= trade.SMALL and None not in split.values():
        parts += [("export", flow, value, exports) for flow, value in split.items()]

    data = pd.DataFrame(parts, columns=["flow", "part", VALUE, "whole_meur"])
    data["share_pct"] = 100 * data[VALUE] / data["whole_meur"]
    return data


def _series(parts: pd.DataFrame, partner: str, say: Words) -> Series:
    shares = dict(zip(map(say.label, parts["part"]), parts["share_pct"], strict=True))
    return Series(_title(parts, partner, say), shares, "pct")


def _title(parts: pd.DataFrame, partner: str, say: Words) -> str:
    """Name a flow with the value of all of it."""
    title = say.text(f"{parts['flow'].iloc[0]}-with", partner=partner)
    return say.text("composition-row", flow=start(title), value=parts["whole_meur"].iloc[0])


def _paint(canvas: Canvas, data: pd.DataFrame, partner: str, say: Words) -> None:
    flows = [parts for _, parts in data.groupby("flow", sort=False)]
    room = canvas.width / 2 - 0.1
    labels = [
        [wrap(_label(p, say), room, TEXT) for p in parts.to_dict("records")] for parts in flows
    ]
    titles = [wrap(_title(parts, partner, say), canvas.width, TEXT, "bold") for parts in flows]
    lines = [
        max(label.count("\n") for label in of_flow) + title.count("\n")
        for of_flow, title in zip(labels, titles, strict=True)
    ]
    tall = [ROW + LINE * more for more in lines]
    ax = canvas.open(sum(tall), ticks=False).sheet(sum(tall))
    # parts are in whole millions, so that those of a small flow may come to more than all of it
    end = max(100, *(parts["share_pct"].sum() for parts in flows))
    ax.set_xlim(0, end)
    top = 0.0
    for parts, of_flow, title, height in zip(flows, labels, titles, tall, strict=True):
        colour = style.readable(style.COLOURS[parts["flow"].iloc[0]])
        ax.text(0, top, title, va="top", fontsize=TEXT, weight="bold", color=colour)
        at = top + LINE * (title.count("\n") + 1) + 0.03
        _bar(ax, at, parts, of_flow, end)
        top += height


def _bar(ax: Axes, top: float, parts: pd.DataFrame, labels: list[str], end: float) -> None:
    """Draw one bar, its first part named under its start and its second under its end."""
    start = 0.0
    for number, (part, label) in enumerate(zip(parts.to_dict("records"), labels, strict=True)):
        colour = COLOURS[part["part"]]
        ax.barh(top + BAR / 2, part["share_pct"], left=start, height=BAR, color=colour, **EDGE)
        x, side = (end, "right") if number else (0, "left")
        ax.text(x, top + BAR + 0.03, label, ha=side, va="top", fontsize=TEXT, linespacing=1.1)
        start += part["share_pct"]


def _label(part: dict[Hashable, Any], say: Words) -> str:
    share, value = part["share_pct"], part[VALUE]
    return say.text("composition-part", what=part["part"], share=share, value=value)
