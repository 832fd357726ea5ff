"""Reported figures against CBS: a bar for what CBS publishes, and the room that the wording leaves."""

from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nltrade import registry
from nltrade.charts import canvas, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.provenance import source_lines
from nltrade.claims import Verdict
from nltrade.errors import NoData
from nltrade.registry.entries import Lang
from nltrade.words import Words

SIZE = 9.0
LINE, BAR, GAP = 0.17, 0.4, 0.22  # inches: a line of text, a bar, below a bar


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
    say = Words(lang)
    drawable = [
        v
        for v in verdicts
        if v.claim.measure == "value" and v.claim.product == "TOTAL" and _figure(v)
    ]
    if not drawable:
        raise NoData(
            "None of these claims is about a value of all goods that CBS publishes; there is nothing to draw."
        )
    first = drawable[0].claim
    shown: dict[str, Verdict] = {}
    for verdict in drawable:
        if (verdict.claim.partner, verdict.claim.year) == (first.partner, first.year):
            shown.setdefault(verdict.claim.flow, verdict)
    data = pd.DataFrame([_row(verdict) for verdict in shown.values()])
    margins = [
        say.text("flow-margin", flow=row.flow, margin=row.margin_pct) for row in data.itertuples()
    ]
    held = (data["verdict"] == "supported").sum()
    outcome = "all" if held == len(data) else "some" if held else "none"
    headline = say.text(f"reported-{outcome}", margins=say.several(margins))
    sources = list(
        {origin.table: origin for verdict in shown.values() for origin in verdict.sources}.values()
    )
    footer = [
        *(say.note(id) for id in dict.fromkeys(v.claim.note for v in shown.values()) if id),
        *(say.note(registry.tables()[id].note) for id in dict.fromkeys(data["table"])),
        *source_lines(sources, lang, {str(first.year): data["status"].iloc[0]}),
    ]
    subtitle = say.text("reported-subtitle", partner=first.partner, year=first.year)
    series = [_series(row, say) for row in data.to_dict("records")]
    paint = partial(_paint, data=data, say=say)
    return Chart("reported", lang, "bars", headline, subtitle, footer, series, data, paint)


def _series(row: dict[Hashable, Any], say: Words) -> Series:
    name = say.text(f"{row['flow']}-with", partner=row["partner"])
    words = say.text("reported-as", words=row["wording"])
    return Series(name, {say.label("cbs"): row["cbs_meur"], words: row["reported_meur"]}, "meur")


def _paint(space: Canvas, data: pd.DataFrame, say: Words) -> None:
    """Draw a block for each flow: its name, the words at their figure, the bar with what CBS says behind it."""
    rows = data.to_dict("records")
    says = [say.text("cbs-says", value=row["cbs_meur"], margin=row["margin_pct"]) for row in rows]
    ends = [max(row["cbs_meur"], row["upto_meur"]) for row in rows]
    rooms = [space.width - canvas.text_width(label, SIZE, "bold") - 0.15 for label in says]
    inch = max(end / room for end, room in zip(ends, rooms, strict=True)) or 1.0  # million euro
    words = [_words(row, space.width, inch, say) for row in rows]
    heights = [LINE * (2 + label["s"].count("\n")) + 0.1 + BAR + GAP for label in words]
    (ax,) = space.open(sum(heights)).axes()
    bottom = 0.0
    for row, label, quote, end, height in zip(rows, says, words, ends, heights, strict=True):
        flow = say.text(f"{row['flow']}-with", partner=row["partner"])
        colour = style.COLOURS.get(row["flow"], style.INK)
        ax.text(
            0, bottom, flow, va="top", fontsize=SIZE, weight="bold", color=style.readable(colour)
        )
        bottom += height
        at = bottom - GAP - BAR / 2
        ax.text(
            y=at - BAR / 2 - 0.1,
            va="bottom",
            fontsize=SIZE,
            style="italic",
            linespacing=1.2,
            **quote,
        )
        _bar(ax, at, row, colour)
        ax.text(
            end + 0.08 * inch, at, label, va="center", fontsize=SIZE, weight="bold", color=style.INK
        )
    ax.set(xlim=(0, inch * space.width), ylim=(bottom, 0), yticks=[])
    ticks = canvas.billions(0, max(ends), say.lang)
    ax.set_xticks(list(ticks), list(ticks.values()))
    ax.get_xticklabels()[0].set_horizontalalignment("left")  # within the width of the bars


def _words(row: Mapping[Hashable, Any], width: float, inch: float, say: Words) -> dict[str, Any]:
    """Lay out the words that reported the figure, to the side of it that has more room."""
    reported = row["reported_meur"]
    left = reported / inch > width / 2
    room = reported / inch if left else width - reported / inch
    quote = say.text("quoted", words=row["wording"])
    return {"x": reported, "s": canvas.wrap(quote, room, SIZE), "ha": "right" if left else "left"}


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


def _bar(ax: Axes, at: float, row: Mapping[Hashable, Any], colour: str) -> None:
    """Draw what CBS publishes, the room that the words leave, and their figure."""
    reported, start, upto = (row[f"{name}_meur"] for name in ("reported", "from", "upto"))
    ax.barh(at, row["cbs_meur"], height=BAR, color=colour)
    room = Rectangle(
        (start, at - BAR / 2 - 0.06),
        upto - start,
        BAR + 0.12,
        facecolor="none",
        edgecolor=style.GREY,
    )
    room.set_hatch("////")
    ax.add_patch(room)
    ax.plot(
        [reported, reported],
        [at - BAR / 2 - 0.1, at + BAR / 2 + 0.06],
        color=style.INK,
        linewidth=1.4,
    )
