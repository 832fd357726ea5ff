"""Reported amounts against CBS: a bar for what CBS publishes, a line for what was said."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import style
from nltrade.charts.canvas import TEXT, Canvas, text_width, unit_of, wrap
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.provenance import source
from nltrade.charts.series import Series
from nltrade.claims import Verdict
from nltrade.errors import NoData
from nltrade.registry.entries import Lang
from nltrade.words import Words

AMOUNTS = ["cbs_meur", "reported_meur"]
LINE, BAR, GAP = 0.165, 0.26, 0.18  # inches: a line of text, a bar, below a bar


def draw_reported(verdicts: Sequence[Verdict], lang: Lang = "en") -> Chart:
    """
    Draw reported amounts next to those of CBS.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Checked claims. Those about an amount of all goods, with the partner and year of the first
        of them, are drawn.
    lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        No claim is about an amount that CBS publishes.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_reported(nl.check_claims())
    >>> drawn.headline
    'All four reported amounts hold'
    >>> drawn.data[["flow", "reported_meur", "cbs_meur"]].values.tolist()[:2]
    [['import', 20000.0, 20332.0], ['export', 7000.0, 7068.0]]
    """
    say = Words(lang)
    drawable = [
        v
        for v in verdicts
        if v.claim.measure == "value"
        and v.claim.product == "TOTAL"
        and v.main is not None
        and v.main.margin is not None
    ]
    if not drawable:
        raise NoData(
            "None of these claims is about a value of all goods that CBS publishes; "
            "there is nothing to draw."
        )
    first = drawable[0].claim
    shown = [v for v in drawable if (v.claim.partner, v.claim.year) == (first.partner, first.year)]
    data = pd.DataFrame([_row(verdict) for verdict in shown])

    held, count = int((data["verdict"] == "supported").sum()), len(data)
    some = "all" if held == count else "none" if not held else "some"
    many = {1: "one", 2: "two"}.get(count, "more") if some != "some" else "of"
    origins = {origin.table: origin for verdict in shown for origin in verdict.sources}
    about = {"partner": first.partner, "year": first.year, "unit": unit_of(data[AMOUNTS]).label}
    notes = [id for id in dict.fromkeys(verdict.claim.note for verdict in shown) if id]
    notes += [registry.tables()[id].note for id in dict.fromkeys(data["table"])]
    return Chart(
        "reported",
        lang,
        "bars",
        headline_of(say, f"reported-{some}-{many}", held=held, count=count),
        say.text("reported-subtitle", **about),
        source(list(origins.values()), say, year=str(first.year), status=data["status"].iloc[0]),
        [_series(row, say) for row in data.to_dict("records")],
        data,
        partial(_paint, data=data, say=say),
        notes=[say.note(id) for id in notes],
    )


def _series(row: dict[Hashable, Any], say: Words) -> Series:
    name = say.text(f"{row['flow']}-with", partner=row["partner"])
    words = say.text("reported-as", words=row["wording"])
    return Series(name, {say.label("cbs"): row["cbs_meur"], words: row["reported_meur"]}, "meur")


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


def _paint(canvas: Canvas, data: pd.DataFrame, say: Words) -> None:
    """Draw a block for each claim: its words, the bar of CBS with the line of what was said."""
    rows = data.to_dict("records")
    ends = [say.text("cbs-says", value=row["cbs_meur"]) for row in rows]
    room = canvas.width - max(text_width(label, TEXT, "bold") for label in ends) - 0.15
    high = data[AMOUNTS].max(axis=None) or 1.0
    meur_per_inch = high / room

    heads = [_head(row, canvas.width, say) for row in rows]
    tall = [LINE * (head.count("\n") + 1) + 0.1 + BAR + GAP for head in heads]
    ax = canvas.open(sum(tall), ticks=False).sheet(sum(tall), unit=meur_per_inch)
    top = 0.0
    for row, head, end, height in zip(rows, heads, ends, tall, strict=True):
        ax.text(0, top, head, va="top", fontsize=TEXT, linespacing=1.3, color=style.INK)
        at = top + height - GAP - BAR / 2
        ax.barh(at, row["cbs_meur"], height=BAR, color=style.COLOURS.get(row["flow"], style.GREY))
        said = [row["reported_meur"]] * 2
        reach = [at - BAR / 2 - 0.05, at + BAR / 2 + 0.05]
        # a line that can be seen on the bar and beside it
        ax.plot(said, reach, color=style.PAGE, linewidth=4, solid_capstyle="butt")
        ax.plot(said, reach, color=style.INK, linewidth=2, solid_capstyle="butt")
        after = max(row["cbs_meur"], row["reported_meur"]) + 0.08 * meur_per_inch
        ax.text(after, at, end, va="center", fontsize=TEXT, weight="bold", color=style.INK)
        top += height


def _head(row: dict[Hashable, Any], width: float, say: Words) -> str:
    """Say what was reported of which flow, and whether it holds."""
    values = {"flow": row["flow"], "words": row["wording"], "verdict": row["verdict"]}
    return wrap(say.text("reported-head", **values), width, TEXT)
