"""Mineral fuels in the imports over the years: value and share, next to the share among all partners."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

import pandas as pd
from matplotlib.axes import Axes

from nltrade import registry
from nltrade.charts import canvas, over_years, style
from nltrade.charts.canvas import Canvas
from nltrade.charts.chart import Chart, Series
from nltrade.charts.composition import FUELS
from nltrade.charts.provenance import origins_in, source_lines, statuses, to_fetch, year_label
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang, Table
from nltrade.words import Words

PART_YEAR = {"facecolor": style.PAGE, "hatch": "///////", "linewidth": 0.8}
LINES = {"world_share_pct": style.GREY, "share_pct": style.IMPORT}
APART = 0.05  # between two panels, as a part of their width
NAMES = 1.0  # least inches beside each panel for the names of bars and lines
BARS: dict[str, dict[str, Any]] = {
    "mineral-fuels": {
        "facecolor": style.IMPORT,
        "edgecolor": style.IMPORT,
        "hatchcolor": style.IMPORT,
        "linewidth": 0.3,
    },
    "other-goods": {
        "facecolor": style.IMPORT_LIGHT,
        "edgecolor": style.IMPORT_LIGHT,
        "hatchcolor": style.IMPORT_LIGHT,
        "linewidth": 0.3,
    },
    "not published": {
        "facecolor": style.PAGE,
        "edgecolor": style.RULE,
        "hatchcolor": style.RULE,
        "hatch": ".....",
        "linewidth": 0.3,
    },
}
HEADLINES = {
    "share": "fuels-headline-share",
    "fuels-no-part": "fuels-headline-no-part",
    "fuels-no-whole": "fuels-headline-no-whole",
    "fuels-no-trade": "fuels-headline-no-trade",
}


def draw_fuels(
    frame: pd.DataFrame, *, partner: str = "RU", period: str | int = 2012, lang: Lang = "en"
) -> Chart:
    """
    Draw mineral fuels (SITC section 3) in the imports from a partner over the years, a column for each concept.

    Bars give the value, lines the share, next to the share in the imports from all partners. A year in which CBS does
    not publish the fuels is a bar that is not split and a gap in the line, never a zero.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year of the headline.
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
        No goods table has a yearly figure of the imports from the partner, or no table has the year.

    Examples
    --------
    >>> import nltrade as nl
    >>> years = draw_fuels(nl.load(), partner="RU").data
    >>> years.query("period == '2012'")[["fuels_meur", "import_meur", "share_pct", "world_share_pct"]].round(1)
        fuels_meur  import_meur  share_pct  world_share_pct
    10     18682.0      20332.0       91.9             25.6
    """
    say = Words(lang)
    partner = registry.country(partner).id
    data = _rows(frame, partner)
    trade.select(frame[frame["freq"] == "A"], kind="goods", period=period)
    tables = [registry.tables()[id] for id in data["table"].unique()]
    headline = _headline(frame, data, partner, str(period), lang)
    numbers = over_years.numbered_breaks(tables, data)
    subtitle = say.text("fuels-subtitle", partner=partner)
    if len(tables) > 1:
        subtitle += " " + say.label("two-concepts")
    origins = origins_in(frame, data["table"])
    footer = [
        " ".join(
            [
                *_notes(data, numbers, lang),
                *to_fetch(frame, partner, "33", "fuels-fetch", lang),
            ]
        ),
        *source_lines(
            origins, lang, statuses(frame[frame["table"].isin(data["table"])], str(period))
        ),
    ]
    paint = partial(_paint, data=data, numbers=numbers, say=say)
    return Chart(
        "fuels",
        lang,
        "bars-and-lines",
        headline,
        subtitle,
        footer,
        _series(data, say),
        data,
        paint,
    )


def _series(data: pd.DataFrame, say: Words) -> list[Series]:
    told: dict[str, tuple[str, Literal["bn", "pct"], bool]] = {
        "import_meur": ("import", "bn", False),
        "fuels_meur": ("mineral-fuels", "bn", True),
        "share_pct": ("fuels-share", "pct", True),
        "world_share_pct": ("fuels-share-all", "pct", False),
    }
    return [
        over_years.year_series(
            f"{say.label(name)}, {table}", rows, column, say.lang, how, main=main
        )
        for table, rows in data.groupby("table", sort=False)
        for column, (name, how, main) in told.items()
    ]


def _paint(space: Canvas, data: pd.DataFrame, numbers: Mapping[str, int], say: Words) -> None:
    parts = [
        (registry.table(str(table)), rows) for table, rows in data.groupby("table", sort=False)
    ]
    high = 1.04 * data["import_meur"].fillna(0).max() or 1.0
    ticks = canvas.billions(0, high, say.lang)
    shares = {share: say.pct(share) for share in (0, 25, 50, 75, 100)}
    left = canvas.room([*ticks.values(), *shares.values()])
    named = [say.label(part) for part in BARS]
    named += [say.label("all-partners"), say.partner(data["partner"].iloc[0])]
    words = [word for name in named for word in name.replace("-", "- ").split()]
    beside = max(NAMES, *(canvas.text_width(word, 8) + 0.25 for word in words))
    years, year = over_years.limits([rows for _, rows in parts], space.width - left, beside, APART)
    widths = [end - start for start, end in years]
    names = [over_years.concept(table, say.lang) for table, _ in parts]
    above = over_years.titles({name: year * wide for name, wide in zip(names, widths, strict=True)})
    axes = space.open(4.35 + above).axes(
        2, len(parts), left=left, titles=above, width_ratios=widths, wspace=APART, hspace=0.12
    )
    for at, (name, limits, (table, rows)) in enumerate(zip(names, years, parts, strict=True)):
        bars, lines = axes[at], axes[at + len(parts)]
        bars.set(xlim=limits, ylim=(0, high))
        lines.set(xlim=limits, ylim=(-13, 104))
        bars.set_yticks(list(ticks), list(ticks.values()))
        lines.set_yticks(list(shares), list(shares.values()))
        over_years.title(bars, name)
        _bars(bars, rows, table, numbers, beside, say)
        _shares(lines, rows, table, numbers, beside, say)
        for ax in (bars, lines):
            ax.tick_params(labelleft=at == 0)


def _bars(
    ax: Axes,
    rows: pd.DataFrame,
    table: Table,
    numbers: Mapping[str, int],
    beside: float,
    say: Words,
) -> None:
    """Stack fuels and other goods; a bar of which CBS withholds the fuels is not split."""
    at: dict[str, float] = {}
    for row in rows[rows["import_meur"] > 0].itertuples():
        split = {"mineral-fuels": row.fuels_meur, "other-goods": row.import_meur - row.fuels_meur}
        start = 0.0
        for part, value in (
            split if pd.notna(row.fuels_meur) else {"not published": row.import_meur}
        ).items():
            look = BARS[part] if row.complete else BARS[part] | PART_YEAR
            ax.bar(int(row.period), value, bottom=start, width=0.78, **look)
            at[part] = start + value / 2
            start += value
    names = {canvas.wrap(say.label(part), beside - 0.2, 8): part for part in at}
    _, high = ax.get_ylim()
    end = int(rows["period"].iloc[-1]) + 0.7
    inch = (ax.get_xlim()[1] - end) / beside
    spots = over_years.label_ends(
        ax, end + 0.15 * inch, {name: (at[part], style.INK) for name, part in names.items()}
    )
    for name, y in spots.items():
        look = BARS[names[name]] | {"width": 0.09 * inch, "height": 0.03 * high}
        ax.bar(end + 0.06 * inch, bottom=y - 0.015 * high, **look)
    over_years.mark_breaks(ax, table.breaks, dict.fromkeys(numbers), high)
    ax.set_xticks([])


def _shares(
    ax: Axes,
    rows: pd.DataFrame,
    table: Table,
    numbers: Mapping[str, int],
    beside: float,
    say: Words,
) -> None:
    """Draw the share of the partner and that of all partners."""
    names = {"world_share_pct": say.label("all-partners")}
    names["share_pct"] = say.partner(rows["partner"].iloc[0])
    labels: dict[str, tuple[float, Any]] = {}
    for column, name in names.items():
        colour = LINES[column]
        over_years.draw_line(ax, rows, column, colour, table.breaks)
        known = rows[column].dropna()
        if len(known):
            broken = canvas.wrap(name.replace("-", "- "), beside - 0.1, 8).replace("- ", "-")
            labels[broken] = (known.iloc[-1], colour)
    over_years.label_ends(ax, int(rows["period"].iloc[-1]) + 0.8, labels)
    over_years.mark_breaks(ax, table.breaks, {**numbers}, 100)
    over_years.mark_years(ax, rows["period"].astype(int))


def _rows(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Put fuels, all imports and both shares of a table and year in a row."""
    cells = frame[(frame["flow"] == "import") & (frame["kind"] == "goods") & (frame["freq"] == "A")]
    cells = cells[
        cells["partner"].isin([partner, "WORLD"])
        & ((cells["level"] == 0) | (cells["product"] == FUELS))
    ]
    index = ["table", "concept", "partner", "period", "complete", "status"]
    shares = trade.share(cells, of="all products").query("product == @FUELS")
    shares = shares.rename(columns={VALUE: "fuels_meur", "whole_meur": "import_meur"})
    world = shares.loc[shares["partner"] == "WORLD", ["table", "period", "share_pct"]]
    data = shares[shares["partner"] == partner].merge(
        world.rename(columns={"share_pct": "world_share_pct"}), on=["table", "period"], how="left"
    )
    amounts = ["fuels_meur", "import_meur"]
    data = over_years.published_years(data, amounts)[
        [*index, *amounts, "share_pct", "world_share_pct"]
    ]
    if data.empty:
        tables = Words("en").several(sorted(set(cells["table"]))) or "no table at hand"
        name = registry.partner(partner).name()
        raise NoData(
            f"No yearly imports from {name} ({partner}) are published separately ({tables}); that is not zero."
        )
    return data


def _missing(data: pd.DataFrame) -> dict[str, "pd.Series[bool]"]:
    """Tell why a year has no share."""
    total, fuels = data["import_meur"], data["fuels_meur"]
    return {
        "fuels-no-part": total.notna() & fuels.isna(),
        "fuels-no-whole": total.isna(),
        "fuels-no-trade": (total == 0) & fuels.notna(),
    }


def _headline(frame: pd.DataFrame, data: pd.DataFrame, partner: str, year: str, lang: Lang) -> str:
    """Say both shares of a year, in the first table that publishes it and has all of it."""
    say = Words(lang)
    found = data[data["period"] == year].assign(
        unknown=lambda rows: rows["share_pct"].isna(), part=lambda rows: ~rows["complete"]
    )
    if found.empty:
        return say.text("fuels-headline-no-whole", partner=partner, year=year)
    best = found.sort_values(["unknown", "part"], kind="stable").iloc[0]
    case = next((id for id, why in _missing(best.to_frame().T).items() if why.iloc[0]), "share")
    label = year_label(frame, best["table"], year, lang)
    values = {
        "partner": partner,
        "year": label,
        "share": best["share_pct"],
        "world": best["world_share_pct"],
    }
    sentence = say.text(HEADLINES[case], **values)
    if pd.notna(best["world_share_pct"]):
        sentence += say.text("fuels-and-world" if case == "share" else "fuels-but-world", **values)
    return sentence + (f" ({say.label(best['concept'])})" if len(found) > 1 else "")


def _notes(data: pd.DataFrame, numbers: Mapping[str, int], lang: Lang) -> list[str]:
    """Say where lines stop, which years are not whole, and which have no share and why."""
    say = Words(lang)
    said = over_years.notes(data, numbers, lang, "fuels-part-years")
    for id, why in _missing(data).items():
        where = [
            f"{over_years.year_ranges(years, lang)} ({table})"
            for table, years in data[why].groupby("table", sort=False)["period"]
        ]
        if where:
            said.append(say.text(id, where="; ".join(where)))
    return [*said, say.text("concepts")]
