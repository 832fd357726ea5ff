"""Reported figures against CBS: a bar for what CBS publishes, and the room that the wording leaves."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nltrade import registry, wording
from nltrade.charts import canvas, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import source_lines
from nltrade.errors import NoData
from nltrade.registry.entries import Lang
from nltrade.verdicts import Verdict


def draw_reported(verdicts: Sequence[Verdict], lang: Lang = "en") -> Chart:
    """
    Draw reported values next to those of CBS.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Checked claims. Of those about a value of all goods, with the partner and year of the first, the first of
        each flow that has a figure is drawn.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        No claim is about a value that CBS publishes.

    Examples
    --------
    >>> import nltrade as nl
    >>> draw_reported(nl.check_claims()).data[["flow", "cbs_meur", "verdict"]].values.tolist()
    [['import', 20332.0, 'supported'], ['export', 7068.0, 'supported']]
    """
    drawable = [v for v in verdicts if v.claim.measure == "value" and v.claim.product == "TOTAL" and _figure(v)]
    if not drawable:
        raise NoData("None of these claims is about a value of all goods that CBS publishes; there is nothing to draw.")
    first = drawable[0].claim
    shown: dict[str, Verdict] = {}
    for verdict in drawable:
        if (verdict.claim.partner, verdict.claim.year) == (first.partner, first.year):
            shown.setdefault(verdict.claim.flow, verdict)
    data = pd.DataFrame([_row(verdict) for verdict in shown.values()])
    margins = [wording.text("flow-margin", lang, flow=row.flow, margin=row.margin_pct) for row in data.itertuples()]
    held = (data["verdict"] == "supported").sum()
    outcome = "all" if held == len(data) else "some" if held else "none"
    headline = wording.text(f"reported-{outcome}", lang, margins=wording.several(margins, lang))
    sources = list({origin.table: origin for verdict in shown.values() for origin in verdict.sources}.values())
    footer = [
        *(wording.note(id, lang) for id in dict.fromkeys(v.claim.note for v in shown.values()) if id),
        *(wording.note(registry.tables()[id].note, lang) for id in dict.fromkeys(data["table"])),
        *source_lines(sources, lang, {str(first.year): data["status"].iloc[0]}),
    ]
    subtitle = wording.text("reported-subtitle", lang, partner=first.partner, year=first.year)
    series = [_series(row, lang) for row in data.to_dict("records")]
    paint = partial(_paint, data=data, lang=lang)
    return Chart("reported", lang, "bars", headline, subtitle, footer, series, data, paint)


def _series(row: dict[Hashable, Any], lang: Lang) -> Series:
    name = wording.text(f"{row['flow']}-with", lang, partner=row["partner"])
    words = wording.text("reported-as", lang, words=row["wording"])
    return Series(name, {wording.label("cbs", lang): row["cbs_meur"], words: row["reported_meur"]}, "meur")


def _paint(space: Canvas, data: pd.DataFrame, lang: Lang) -> None:
    (ax,) = space.open(1.1 * len(data) + 0.3).axes()
    end = max(data["cbs_meur"].max(), data["upto_meur"].max()) * 1.03
    for at, row in enumerate(data.to_dict("records")):
        _bar(ax, at, row, end, lang)
    ax.set(xlim=(0, end), ylim=(len(data) - 0.62, -0.78), yticks=[])
    canvas.billions(ax.xaxis, lang, 0, end)


def _figure(verdict: Verdict) -> bool:
    return verdict.main is not None and verdict.main.margin is not None


def _row(verdict: Verdict) -> dict[str, Any]:
    claim, reading = verdict.claim, verdict.main
    assert reading is not None
    half = (claim.precision or 0) / 2
    return {
        "claim": claim.id,
        "flow": claim.flow,
        "partner": claim.partner,
        "year": claim.year,
        "wording": claim.wording,
        "reported_meur": claim.threshold,
        "from_meur": claim.threshold - half,
        "upto_meur": claim.upto or claim.threshold + half,
        "cbs_meur": reading.value,
        "margin_pct": reading.margin,
        "verdict": verdict.verdict,
        "status": reading.cells[0].status,
        "table": reading.tables[0],
    }


def _bar(ax: Axes, at: int, row: dict[Hashable, Any], end: float, lang: Lang) -> None:
    value, reported, start, upto = (row[f"{name}_meur"] for name in ("cbs", "reported", "from", "upto"))
    colour = style.COLOURS.get(row["flow"], style.INK)
    ax.barh(at, value, height=0.4, color=colour)
    room = Rectangle((start, at - 0.27), upto - start, 0.54, facecolor="none", edgecolor=style.GREY, hatch="////")
    ax.add_patch(room)
    ax.plot([reported, reported], [at - 0.33, at + 0.27], color=style.INK, linewidth=1.4)
    above: dict[str, Any] = {"va": "bottom", "fontsize": 9}
    flow = wording.text(f"{row['flow']}-with", lang, partner=row["partner"])
    clear = reported > end * 0.3  # of the line with the words
    ax.text(0, at - (0.25 if clear else 0.53), flow, weight="bold", color=colour, **above)
    words = wording.text("quoted", lang, words=row["wording"])
    ax.text(reported, at - 0.35, words, ha="right" if reported > end / 2 else "left", style="italic", **above)
    says = wording.text("cbs-says", lang, value=value, margin=row["margin_pct"])
    inside = min(value, start) > end / 3
    where = min(value, start) - 0.01 * end if inside else max(value, upto) + 0.01 * end
    look: dict[str, Any] = {"ha": "right" if inside else "left", "color": "white" if inside else style.INK}
    ax.text(where, at, says, va="center", weight="bold", **look)
