"""Two sides of one trade: what CBS counts, what the partner reported, and why they differ."""

from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from nltrade import registry
from nltrade.charts import canvas, sides, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart
from nltrade.charts.over_years import label_ends, pieces
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
PANEL, TITLE, LINE, APART = 2.6, 0.3, 0.15, 0.5  # inches
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

    The exports are drawn whole and by where the goods were made, as a partner counts by that. The
    reasons why the two differ stand under the panels, in words.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame of CBS's tables.
    partner : str
        ISO code, slug or name.
    period : str or int
        The year that is marked, and told.
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

    ids = ["two-sides-headline", "two-sides-headline-short"]
    about: dict[str, Any] = {"partner": partner, "year": year}
    values = {"own": told["import", "import"], "theirs": told["import", partner]}
    footer = [
        f"{say.text('sectors-rings-all', partner=partner)} {say.label('rates-of-years')}",
        sides.sources(frame, data["table"], theirs, partner, say),
    ]
    return Chart(
        "two_sides",
        lang,
        "lines",
        sides.shortest(say, ids, **about, **values),
        say.text("two-sides-subtitle", **about),
        footer,
        _series(data, partner, say),
        data,
        partial(_paint, data=data, partner=partner, year=year, say=say),
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
    return data.sort_values(["side", "line", "period"], kind="stable", ignore_index=True)


def _name(line: str, partner: str, say: Words) -> str:
    return (
        say.text("as-reported-by", partner=partner)
        if line == partner
        else say.label(f"{line}-line")
    )


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
    reasons = {
        side: canvas.wrap(say.text(f"two-sides-{side}-why", partner=partner), wide, 8)
        for side in SIDES
    }
    block = TITLE + PANEL + 0.35 + LINE * max(text.count("\n") + 1 for text in reasons.values())
    tall = space.open(len(SIDES) // columns * block, ticks=False).figure.get_figheight()

    years = data["period"].astype(int)
    for at, (side, rows) in enumerate(data.groupby("side", sort=False)):
        high = rows[VALUE].max()
        ticks = canvas.Unit(1000, "billion-euro").ticks(0, high, say)
        left = canvas.room(ticks.values())
        x = space.margin + at % columns * (wide + APART) + left
        bottom = space.top - (at // columns * block + TITLE + PANEL) / tall
        ax = space.figure.add_axes(
            (x / space.across, bottom, (wide - left) / space.across, PANEL / tall)
        )
        names = {line: _name(str(line), partner, say) for line in rows["line"].unique()}
        names = {line: canvas.wrap(name, 0.85, 8) for line, name in names.items()}
        longest = max(
            canvas.text_width(line, 8) for name in names.values() for line in name.split("\n")
        )
        span = years.max() - years.min()
        beside = span * (longest + 0.15) / (wide - left - longest - 0.15)
        ax.set(xlim=(years.min() - 0.5, years.max() + beside), ylim=(0, 1.06 * high))
        ax.set_yticks(list(ticks), list(ticks.values()))
        ax.xaxis.set_major_locator(
            FixedLocator([y for y in range(1990, 2100, 5) if y in set(years)])
        )
        ends = _draw(ax, rows, str(side), partner, year)
        label_ends(ax, years.max() + 0.6, {names[line]: end for line, end in ends.items()})
        words = say.text("flow-in-billions", what=say.text(f"{side}-with", partner=partner))
        ax.set_title(words, loc="left", x=-left / (wide - left), fontsize=9, weight="bold")
        space.figure.text(
            (x - left) / space.across,
            bottom - 0.3 / tall,
            reasons[str(side)],
            va="top",
            fontsize=8,
            linespacing=1.3,
        )


def _draw(ax: Axes, rows: pd.DataFrame, side: str, partner: str, year: str) -> dict[str, Any]:
    """Draw the lines of a side, mark the year, and say where each line ends."""
    ax.axvline(int(year), color=style.RULE, linewidth=0.9, linestyle=(0, (2, 2)), zorder=1)
    ends: dict[str, Any] = {}
    for line, values in rows.groupby("line", sort=False):
        last = values[VALUE].iloc[-1]
        table = registry.table(str(values["table"].iloc[0]))
        for piece in pieces(values, VALUE, table.breaks):
            if line == partner:
                ax.plot(piece, color=style.SUBJECT, linewidth=0.9)
                ax.plot(piece, clip_on=False, **{**sides.RING, "markersize": 4})
                ends[str(line)] = (last, style.SUBJECT)
            else:
                colour = SIDES[side][str(line)]
                ax.plot(piece, color=colour, marker="o", markersize=2, clip_on=False)
                ends[str(line)] = (last, colour)
    return ends
