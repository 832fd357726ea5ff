"""Two sides of one trade: what CBS counts, what the partner reported, and why they differ."""

from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import sides, style
from nltrade.charts.canvas import TEXT, Canvas, Unit, room, text_width, wrap
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.labels import PAST, STRIP, label_ends
from nltrade.charts.lines import Scale, mark_breaks, mark_years, set_upright
from nltrade.charts.over_years import pieces
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.sources.comtrade import OtherSide
from nltrade.words import Words

# What is drawn of each side: a flow of CBS's table with its colour, and the partner's own.
SIDES: dict[str, dict[str, str]] = {
    "export": {
        "export": style.EXPORT,
        "domestic export": style.EXPORT_LIGHT,
        "re-export": style.GREY,
    },
    "import": {"import": style.IMPORT},
}
# Inches: a panel, its title, the years under it, a line of text, between panels, names of lines.
PANEL, TITLE, YEARS, LINE, APART, NAMES = 2.5, 0.3, 0.36, 0.165, 0.4, 0.95
COLUMNS = ["table", "side", "line", "period", VALUE]


def draw_two_sides(
    frame: pd.DataFrame,
    *,
    partner: str = "RU",
    period: str | int = 2012,
    other_side: OtherSide | None = None,
    lang: Lang = "en",
) -> Chart:
    """
    Draw exports and imports as CBS counts them, and as the partner reported the same trade.

    The exports are drawn whole and by where the goods were made, as a partner counts by that, to
    the last year of which both tell. The reasons why they differ stand under the panels, in words.

    Parameters
    ----------
    frame, partner, period, other_side, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
    NoData
        The partner's report of that year is not here, or CBS has no table with the year.

    Examples
    --------
    >>> import nltrade as nl
    >>> chart = draw_two_sides(nl.load(), other_side=nl.other_side("Russia"))
    >>> of_year = chart.data.query("period == '2012'").set_index(["side", "line"])["value_meur"]
    >>> of_year.round().loc["import"].to_dict()
    {'RU': 59181.0, 'import': 20332.0}
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    theirs = sides.of_partner(other_side, partner).trade
    data = _data(frame, theirs, partner, year)
    told = data[data["period"].eq(year)].set_index(["side", "line"])[VALUE]

    about: dict[str, Any] = {"partner": partner, "year": year}
    values = {"own": told["import", "import"], "theirs": told["import", partner]}
    return Chart(
        "two_sides",
        lang,
        "lines",
        headline_of(say, "two-sides-headline", **about, **values),
        say.text("two-sides-subtitle", **about),
        sides.sources(frame, data["table"], theirs, partner, say),
        _series(data, partner, say),
        data,
        partial(_paint, data=data, partner=partner, year=year, say=say),
        say.label("rates-of-years"),
        say.text("sectors-rings-all", partner=partner),
    )


def _data(frame: pd.DataFrame, theirs: pd.DataFrame, partner: str, year: str) -> pd.DataFrame:
    """List the totals of both sides by year; of CBS's tables the first that has the year."""
    whole = frame[frame["partner"].eq(partner) & frame["freq"].eq("A") & frame["complete"]]
    goods = whole[whole["product"].eq("TOTAL") & whole[VALUE].notna()]
    tables = [
        id for id in registry.tables() if (goods["table"].eq(id) & goods["period"].eq(year)).any()
    ]
    reported = theirs[theirs["product"].eq("TOTAL")] if len(theirs) else theirs
    if not reported["period"].eq(year).any() or not tables:
        name = registry.partner(partner).named()
        raise NoData(
            f"What {name} ({partner}) reported of {year} is not here. "
            f"Bring it with `nltrade fetch comtrade-partner --partner {partner} --years {year}`."
        )

    parts = []
    for side, lines in SIDES.items():
        own = goods[goods["table"].eq(tables[0]) & goods["flow"].isin(list(lines))]
        parts.append(own.assign(side=side, line=own["flow"]))
        parts.append(reported[reported["flow"].eq(side)].assign(side=side, line=partner))
    data = pd.concat(parts)[COLUMNS]
    # A year of one side alone compares nothing, and a mark alone beside the names looks like a key.
    last = data.groupby("table")["period"].max().min()
    data = data[data["period"] <= last]
    return data.sort_values(["side", "line", "period"], kind="stable", ignore_index=True)


def _name(line: str, partner: str, say: Words) -> str:
    if line == partner:
        return say.text("as-reported-by", partner=partner)
    return say.label(f"{line}-line")


def _series(data: pd.DataFrame, partner: str, say: Words) -> list[Series]:
    return [
        Series(
            f"{say.text(f'{side}-with', partner=partner)}, {_name(line, partner, say)}",
            dict(zip(rows["period"], rows[VALUE], strict=True)),
            in_alt_text=line in (side, partner),
        )
        for (side, line), rows in data.groupby(["side", "line"], sort=False)
    ]


def _paint(space: Canvas, data: pd.DataFrame, partner: str, year: str, say: Words) -> None:
    """Draw a panel for each side, each on a scale of its own, with the reasons under it."""
    columns = 1 if space.narrow else len(SIDES)
    wide = (space.width - (columns - 1) * APART) / columns
    why = {
        side: wrap(say.text(f"two-sides-{side}-why", partner=partner), wide, TEXT) for side in SIDES
    }
    lines = max(text.count("\n") + 1 for text in why.values())
    block = TITLE + PANEL + YEARS + LINE * lines + 0.05
    space.open(len(SIDES) // columns * block, ticks=False)

    years = data["period"].astype(int)
    for at, (side, rows) in enumerate(data.groupby("side", sort=False)):
        names = {
            str(line): wrap(_name(str(line), partner, say), NAMES, TEXT)
            for line in rows["line"].unique()
        }
        high = 1.06 * rows[VALUE].max()
        scale = Scale(0.0, high, Unit(1000, "billion-euro").ticks(0, high, say))
        words = [line for name in names.values() for line in name.split("\n")]
        beside = max(text_width(line, TEXT) for line in words) + 0.15
        left = room(scale.ticks.values())
        a_year = (years.max() - years.min() + 0.5) / (wide - left - beside)

        down, across = divmod(at, columns)
        x, y = across * (wide + APART), down * block
        title = say.text("flow-in-billions", what=say.text(f"{side}-with", partner=partner))
        space.write(x, y + TITLE - 0.12, title, weight="bold")
        space.write(x, y + TITLE + PANEL + YEARS, why[str(side)], va="top", linespacing=1.3)
        ax = space.box(x + left, y + TITLE, wide - left, PANEL)
        ax.set_xlim(years.min() - 0.5, years.max() + a_year * beside)
        set_upright(ax, scale, PANEL - STRIP)
        mark_years(ax, years, int(year))
        mark_breaks(ax, rows, high, say)
        ax.axhline(0, color=style.GREY, linewidth=0.8)
        ends = _draw(ax, rows, str(side), partner)
        named = {names[line]: end for line, end in ends.items()}
        label_ends(ax, years.max() + PAST * a_year, named)


def _draw(ax: Axes, rows: pd.DataFrame, side: str, partner: str) -> dict[str, Any]:
    """Draw the lines of a side, and say where each ends."""
    ends: dict[str, Any] = {}
    for line, values in rows.groupby("line", sort=False):
        look: dict[str, Any] = {"marker": "o", "markersize": 2}
        if line == partner:
            look = sides.RINGS | {"markersize": 4}
        else:
            look["color"] = SIDES[side][str(line)]
        for piece in pieces(values, VALUE):
            ax.plot(piece, clip_on=False, **look)
        ends[str(line)] = (values[VALUE].iloc[-1], look["color"])
    return ends
