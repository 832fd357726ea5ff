"""What the Netherlands meant to a partner: its share and place among the partner's suppliers."""

from functools import partial

import pandas as pd

from nltrade import registry
from nltrade.charts import rows, sides, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, headline_of, start
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.registry.entries import Lang
from nltrade.sources.comtrade import OtherSide
from nltrade.words import Words

# Chapters and spans of chapters that are drawn: of spans the place is that of their sum.
DRAWN = [
    *("HS06", "HS07", "HS04", "HS02", "HS08", "HS01-24", "HS27", "HS30", "HS28-38"),
    *("HS39-40", "HS72-83", "HS84-85", "HS86-89", "HS90", "HS01-99"),
]
ALL = "HS01-99"


def draw_suppliers(
    *,
    partner: str = "RU",
    period: str | int = 2012,
    other_side: OtherSide | None = None,
    lang: Lang = "en",
) -> Chart:
    """
    Draw the Dutch share of what the counted suppliers sold to a partner, with the place it gives.

    Parameters
    ----------
    period : str or int
        Year. Of years in which the chapters of some suppliers are incomplete no place is told.
    partner, other_side, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        The sums over the suppliers of the partner in that year are not here.

    Examples
    --------
    >>> import nltrade as nl
    >>> chart = draw_suppliers(other_side=nl.other_side("Russia"))
    >>> chart.data[["product", "share_pct", "place"]].head(1).round(1).values.tolist()
    [['HS06', 49.6, 1.0]]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    sold = sides.of_partner(other_side, partner).suppliers
    data = sold[sold["period"].eq(year) & sold["product"].isin(DRAWN)]
    if data.empty:
        raise NoData(
            f"What others sold to {registry.partner(partner).named()} in {year} is not here: "
            "nltrade comes with that of Russia, 2000-2020."
        )
    data = data.sort_values("share_pct", ascending=False, ignore_index=True)
    data.insert(0, "name", [_name(code, say) for code in data["product"]])

    top = data[data["product"] != ALL].iloc[0]
    about = {"partner": partner, "year": year, "count": int(top["countries"])}
    words = {"product": start(top["name"]), "share": top["share_pct"]}
    placed = pd.notna(top["place"])
    if placed:
        words["place"] = int(top["place"])

    unsure = "" if data["place"].notna().any() else say.text("suppliers-no-place", **about)
    series = Series(
        say.text("suppliers-series", **about),
        dict(zip(data["name"], data["share_pct"].astype(float), strict=True)),
        "pct",
    )
    id = "suppliers-headline" if placed else "suppliers-headline-no-place"
    return Chart(
        "suppliers",
        lang,
        "bars",
        headline_of(say, id, **about, **words),
        say.text("suppliers-subtitle", covered=top["covered_pct"], **about),
        sides.sources(data, data["table"], data, partner, say),
        [series],
        data,
        partial(_paint, data=data, say=say),
        f"{say.label('suppliers-derived')} {unsure}".strip(),
    )


def _name(code: str, say: Words) -> str:
    return say.label(code) if "-" in code else registry.product(code).text(say.lang)


def _paint(space: Canvas, data: pd.DataFrame, say: Words) -> None:
    """Draw a bar for each chapter or span, with its share and place beside it."""
    shares = data["share_pct"].tolist()
    labels = [
        say.text("with-place", share=share, place=int(place)) if pd.notna(place) else say.pct(share)
        for share, place in zip(shares, data["place"], strict=True)
    ]
    colours = [style.GREY if code == ALL else style.SUBJECT for code in data["product"]]
    rows.bars(space, data["name"].tolist(), labels, shares, colours, most=0.5)
