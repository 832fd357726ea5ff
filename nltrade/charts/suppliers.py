"""What the Netherlands meant to a partner: its share and place among the partner's suppliers."""

from functools import partial

import pandas as pd

from nltrade import registry
from nltrade.charts import canvas, sides, style
from nltrade.charts.canvas import TEXT, Canvas
from nltrade.charts.chart import Chart
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
ROW, BAR = 0.235, 0.15  # inches


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
    partner : str
        ISO code, slug or name.
    period : str or int
        Year. Of years in which the chapters of some suppliers are incomplete no place is told.
    other_side : OtherSide, optional
        What partners reported, as `nltrade.other_side` gives it.
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
            f"What others sold to {registry.partner(partner).named()} in {year} is not here: that "
            "ships for Russia, 2000-2020."
        )
    data = data.sort_values("share_pct", ascending=False, ignore_index=True)
    data.insert(0, "name", [_name(code, say) for code in data["product"]])

    top = data[data["product"] != ALL].iloc[0]
    about = {"partner": partner, "year": year, "count": int(top["countries"])}
    words = {"product": top["name"][:1].upper() + top["name"][1:], "share": top["share_pct"]}
    ids = ["suppliers-headline", "suppliers-headline-short"]
    if pd.isna(top["place"]):
        ids = ["suppliers-headline-no-place"]
    else:
        words["place"] = int(top["place"])

    subtitle = say.text("suppliers-subtitle", covered=top["covered_pct"], **about)
    unsure = [] if data["place"].notna().any() else [say.text("suppliers-no-place", **about)]
    footer = [
        " ".join([say.label("suppliers-derived"), *unsure]),
        sides.sources(data, [], data, partner, say),
    ]
    series = Series(
        say.text("suppliers-series", **about),
        dict(zip(data["name"], data["share_pct"].astype(float), strict=True)),
        "pct",
    )
    headline = sides.shortest(say, ids, **about, **words)
    paint = partial(_paint, data=data, say=say)
    return Chart("suppliers", lang, "bars", headline, subtitle, footer, [series], data, paint)


def _name(code: str, say: Words) -> str:
    return say.label(code) if "-" in code else registry.product(code).text(say.lang)


def _paint(space: Canvas, data: pd.DataFrame, say: Words) -> None:
    """Draw a bar for each chapter or span, with its share and place beside it."""
    labels = [
        say.text("with-place", share=share, place=int(place)) if pd.notna(place) else say.pct(share)
        for share, place in zip(data["share_pct"], data["place"], strict=True)
    ]
    left = max(canvas.text_width(name, TEXT) for name in data["name"]) + 0.15
    right = max(canvas.text_width(label, TEXT) for label in labels) + 0.15
    height = ROW * len(data)
    (ax,) = space.open(height, ticks=False).axes(left=left)
    inch = data["share_pct"].max() / (space.width - left - right)

    ax.set(xlim=(0, inch * (space.width - left)), ylim=(height, 0))
    spots = [ROW * (at + 0.5) for at in range(len(data))]
    colours = [style.GREY if code == ALL else style.SUBJECT for code in data["product"]]
    ax.barh(spots, data["share_pct"], height=BAR, color=colours)
    for at, share, label in zip(spots, data["share_pct"], labels, strict=True):
        ax.text(share + 0.06 * inch, at, label, va="center", fontsize=TEXT)
    canvas.name_rows(ax, data["name"], spots, -0.1 * inch)
