"""What the trade with a partner consists of: mineral fuels in the imports, Dutch product in the exports."""

from collections.abc import Hashable
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import origins_in, source_lines, statuses, year_label
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

FUELS = "3"
COLOURS = {
    "fuels": style.IMPORT,
    "other-goods": style.IMPORT_LIGHT,
    "domestic export": style.EXPORT,
    "re-export": style.EXPORT_LIGHT,
    "whole-not-published": style.PALE,
    "no-trade": style.PALE,
}


def draw_composition(
    frame: pd.DataFrame, *, partner: str = "RU", period: str | int = 2012, lang: Lang = "en"
) -> Chart:
    """
    Draw the parts of imports and exports as two bars of a hundred percent.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year.
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
        Neither imports nor exports are published for the partner in that period.

    Examples
    --------
    >>> import nltrade as nl
    >>> parts = draw_composition(nl.load(), partner="RU", period=2012).data
    >>> dict(zip(parts["part"], parts["share_pct"].round(1)))
    {'fuels': 91.9, 'other-goods': 8.1, 'domestic export': 60.3, 're-export': 39.7}
    """
    say = Words(lang)
    partner = registry.country(partner).id
    table = trade.main_table(frame, kind="goods", period=period, partner=partner)
    rows = frame[
        (frame["table"] == table) & (frame["period"] == str(period)) & (frame["partner"] == partner)
    ]
    data = _parts(rows)
    if data.empty:
        name = registry.partner(partner).name()
        raise NoData(f"{name} ({partner}) is not published separately in {table} for {period}.")
    data.insert(0, "table", table)
    shares = data.dropna(subset=["share_pct"]).set_index("part")["share_pct"].to_dict()
    year = year_label(frame, table, str(period), lang)
    known = [
        id for id, part in [("import", "fuels"), ("export", "domestic export")] if part in shares
    ]
    id = (
        {0: "none", 1: known[0] if known else "", 2: "3"}[len(known)]
        if data[VALUE].any()
        else "no-trade"
    )
    values = {
        "share": shares.get("fuels"),
        "made": shares.get("domestic export"),
        "partner": partner,
        "year": year,
    }
    headline = say.text(f"composition-{id}", **values)
    withheld = (data["part"] == "whole-not-published").any()
    footer = [
        say.label("parts-note"),
        *([say.note("confidential")] if withheld else []),
        *source_lines(origins_in(frame, [table]), lang, statuses(frame, str(period))),
    ]
    subtitle = say.text("composition-subtitle", partner=partner, year=year)
    series = [_series(parts, partner, say) for _, parts in data.groupby("flow", sort=False)]
    paint = partial(_paint, data=data, partner=partner, say=say)
    return Chart("composition", lang, "bars", headline, subtitle, footer, series, data, paint)


def _series(parts: pd.DataFrame, partner: str, say: Words) -> Series:
    shares = {say.label(part.part): part.share_pct for part in parts.itertuples()}
    return Series(_title(parts, partner, say), shares, "pct")


def _title(parts: pd.DataFrame, partner: str, say: Words) -> str:
    """Name a flow with the value of all of it."""
    title = say.text(f"{parts['flow'].iloc[0]}-with", partner=partner)
    return say.text("composition-row", flow=title, value=parts["whole_meur"].iloc[0])


def _paint(space: Canvas, data: pd.DataFrame, partner: str, say: Words) -> None:
    flows = [parts for _, parts in data.groupby("flow", sort=False)]
    (ax,) = space.open(0.95 * len(flows) + 0.2).axes()
    for at, parts in enumerate(flows):
        _bar(ax, at, parts, partner, say)
    # parts are published in whole millions, so that those of a small flow may come to more than all of it
    end = max(100, *(parts["share_pct"].sum() for parts in flows))
    ax.set(xlim=(0, end), ylim=(len(flows) - 0.35, -0.6), yticks=[])
    shares = [0, 25, 50, 75, 100]
    ax.set_xticks(shares, [say.pct(share) for share in shares])
    labels = ax.get_xticklabels()
    labels[0].set_horizontalalignment("left")  # within the width of the bars
    labels[-1].set_horizontalalignment("right")


def _parts(rows: pd.DataFrame) -> pd.DataFrame:
    """Split imports into fuels and the rest, exports into Dutch product and re-exports; what is missing stays whole."""
    cell = {
        (row.flow, row.product): row.value_meur
        for row in rows.itertuples()
        if pd.notna(row.value_meur)
    }
    parts = []
    whole = cell.get(("import", "TOTAL"))
    fuels = cell.get(("import", FUELS))
    if whole is not None:
        split = (
            {"whole-not-published": whole}
            if fuels is None
            else {"fuels": fuels, "other-goods": whole - fuels}
        )
        split = split if whole else {"no-trade": 0.0}
        parts += [("import", part, value, whole) for part, value in split.items()]
    whole = cell.get(("export", "TOTAL"))
    if whole is not None:
        split = {
            flow: cell[flow, "TOTAL"]
            for flow in ("domestic export", "re-export")
            if (flow, "TOTAL") in cell
        }
        split = split if len(split) == 2 else {"whole-not-published": whole}
        split = split if whole else {"no-trade": 0.0}
        parts += [("export", part, value, whole) for part, value in split.items()]
    data = pd.DataFrame(parts, columns=["flow", "part", VALUE, "whole_meur"])
    data["share_pct"] = 100 * data[VALUE] / data["whole_meur"].where(data["whole_meur"] != 0)
    return data


def _bar(ax: Axes, at: int, parts: pd.DataFrame, partner: str, say: Words) -> None:
    start = 0.0
    for number, part in enumerate(parts.to_dict("records")):
        share = 0.0 if pd.isna(part["share_pct"]) else part["share_pct"]
        ax.barh(
            at,
            share,
            left=start,
            height=0.44,
            color=COLOURS[part["part"]],
            edgecolor=style.PAGE,
            linewidth=1,
        )
        label = _part_label(part, say)
        ends = number == 1
        ax.text(
            100 if ends else start,
            at + 0.27,
            label,
            ha="right" if ends else "left",
            va="top",
            fontsize=8.5,
        )
        start += share
    flow = parts["flow"].iloc[0]
    ax.text(
        0,
        at - 0.27,
        _title(parts, partner, say),
        va="bottom",
        weight="bold",
        color=style.readable(style.COLOURS[flow]),
    )


def _part_label(part: dict[Hashable, Any], say: Words) -> str:
    if part["part"] == "no-trade":
        return say.label("no-trade")
    return say.text(
        "composition-part", what=part["part"], share=part["share_pct"], value=part[VALUE]
    )
