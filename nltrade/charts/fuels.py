"""Fuels in the imports over the years: their share, next to that among all partners."""

from functools import partial
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years, style
from nltrade.charts.canvas import TEXT, Canvas, Unit, wrap
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.composition import FUELS, TELLING
from nltrade.charts.provenance import footer, year_label
from nltrade.charts.series import Series
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

LINES = {"world_share_pct": style.GREY, "share_pct": style.IMPORT}
NAME = 1.2  # inches that a name beside a line may take


def draw_fuels(
    frame: pd.DataFrame, *, partner: str = "RU", period: str | int = 2012, lang: Lang = "en"
) -> Chart:
    """
    Draw the share of mineral fuels (SITC section 3) in the imports from a partner over the years.

    Next to it is the share in the imports from all partners. A year in which CBS does not publish
    the fuels is a gap in the line, never a zero.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    partner : str
        ISO code, slug or name.
    period : str or int
        Year that is marked, and of which the headline is.
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
        No goods table has a yearly figure of fuels, no table has the year, or fuels are too small a
        part of the imports to say anything.

    Examples
    --------
    >>> import nltrade as nl
    >>> drawn = draw_fuels(nl.load(), partner="RU")
    >>> drawn.headline
    'Fuels: 91.9% of imports from Russia in 2012, 25.6% of all imports'
    >>> columns = ["fuels_meur", "import_meur", "share_pct", "world_share_pct"]
    >>> drawn.data.query("period == '2012'")[columns].round(1).values.tolist()
    [[18682.0, 20332.0, 91.9, 25.6]]
    """
    say = Words(lang)
    partner, year = registry.country(partner).id, str(period)
    trade.select(frame[frame["freq"] == "A"], kind="goods", period=period)
    frame = frame[frame["partner"].isin([partner, "WORLD"])]
    data = _data(frame, partner)
    about = {"partner": partner, "years": over_years.span(data), "unit": "percent"}

    note = [say.label("over-time-part")] if not data["complete"].all() else []
    return Chart(
        "fuels",
        lang,
        "lines",
        _headline(frame, data, partner, year, say),
        say.text("fuels-subtitle", **about),
        footer(frame, data["table"], say, note=" ".join(note), year=year),
        _series(data, say),
        data,
        partial(_paint, data=data, year=int(year[:4]), say=say),
        [*_notes(data, say), say.label("concepts")],
        _details(data, say),
    )


def _data(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Put fuels, all imports and both shares of a table and year in a row."""
    cells = frame[(frame["flow"] == "import") & (frame["kind"] == "goods") & (frame["freq"] == "A")]
    cells = cells[(cells["level"] == 0) | (cells["product"] == FUELS)]
    index = ["table", "modified", "concept", "partner", "period", "complete", "status"]
    index = [name for name in index if name in cells]
    shares = trade.share(cells, of="all products").query("product == @FUELS")
    shares = shares.rename(columns={VALUE: "fuels_meur", "whole_meur": "import_meur"})
    world = shares.loc[shares["partner"] == "WORLD", ["table", "period", "share_pct"]]
    data = shares[shares["partner"] == partner].merge(
        world.rename(columns={"share_pct": "world_share_pct"}), on=["table", "period"], how="left"
    )
    amounts = ["fuels_meur", "import_meur"]
    data = over_years.published_years(data, amounts)
    name = f"{registry.partner(partner).name()} ({partner})"
    if data.empty:
        tables = Words("en").several(sorted(set(cells["table"]))) or "no table at hand"
        raise NoData(
            f"No yearly imports from {name} are published separately ({tables}); that is not zero."
        )
    if not data["share_pct"].max() >= TELLING:
        raise NoData(f"Fuels are too small a part of the imports from {name} to say anything.")
    return data[[*index, *amounts, "share_pct", "world_share_pct"]]


def _series(data: pd.DataFrame, say: Words) -> list[Series]:
    names = {"share_pct": "fuels-share", "world_share_pct": "fuels-share-all"}
    return [
        over_years.year_series(
            f"{say.label(name)}, {table}",
            rows,
            column,
            say.lang,
            "pct",
            in_alt_text=column == "share_pct",
        )
        for table, rows in data.groupby("table", sort=False)
        for column, name in names.items()
    ]


def _details(data: pd.DataFrame, say: Words) -> list[Series]:
    names = {"fuels_meur": "mineral-fuels", "import_meur": "import"}
    return [
        over_years.year_series(f"{say.label(name)}, {table}", rows, column, say.lang)
        for table, rows in data.groupby("table", sort=False)
        for column, name in names.items()
    ]


def _missing(data: pd.DataFrame) -> dict[str, "pd.Series[bool]"]:
    """Tell why a year has no share."""
    total, fuels = data["import_meur"], data["fuels_meur"]
    return {
        "fuels-no-part": total.notna() & fuels.isna(),
        "fuels-no-whole": total.isna(),
        "fuels-no-trade": (total == 0) & fuels.notna(),
    }


def _of_year(data: pd.DataFrame, year: str) -> "pd.Series[Any] | None":
    """Find the year in the first table that publishes its share and has all of it."""
    found = data[data["period"] == year].assign(
        unknown=lambda rows: rows["share_pct"].isna(), part=lambda rows: ~rows["complete"]
    )
    if found.empty:
        return None
    return found.sort_values(["unknown", "part"], kind="stable").iloc[0]


def _headline(frame: pd.DataFrame, data: pd.DataFrame, partner: str, year: str, say: Words) -> str:
    """Say both shares of the year."""
    best = _of_year(data, year)
    about: dict[str, Any] = {"partner": partner, "year": year}
    if best is None or pd.isna(best["share_pct"]):
        return headline_of(say, "fuels-headline-none", **about)

    about["year"] = year_label(frame, best["table"], year, say.lang)
    about |= {"share": best["share_pct"], "world": best["world_share_pct"]}
    alone = pd.isna(about["world"])
    return headline_of(say, "composition-import" if alone else "fuels-headline", **about)


def _notes(data: pd.DataFrame, say: Words) -> list[str]:
    """Say where lines stop, which years are not whole, and which have no share and why."""
    said = over_years.notes(data, say)
    for id, why in _missing(data).items():
        where = [
            f"{over_years.year_ranges(years, say.lang)} ({table})"
            for table, years in data[why].groupby("table", sort=False)["period"]
        ]
        if where:
            said.append(say.text(id, where="; ".join(where)))
    return said


def _paint(canvas: Canvas, data: pd.DataFrame, year: int, say: Words) -> None:
    parts = dict(list(data.groupby("table", sort=False)))
    titles = {id: say.label(f"{registry.table(str(id)).concept}-panel") for id in parts}
    names = {
        "world_share_pct": wrap(say.label("all"), NAME, TEXT),
        "share_pct": wrap(say.partner(data["partner"].iloc[0]), NAME, TEXT),
    }
    high = 1.16 * data[list(LINES)].max(axis=None)
    ticks = Unit(1, "").ticks(0, min(high, 100), say)
    best = _of_year(data, str(year))
    counted = data[:0] if best is None else parts[best["table"]]
    lines = {column: (names[column], colour) for column, colour in LINES.items()}
    said = {
        column: say.pct(best[column])
        for column in LINES
        if best is not None and pd.notna(best[column])
    }
    axes = over_years.panels(
        canvas,
        {titles[id]: rows for id, rows in parts.items()},
        names=[
            *(line for name in names.values() for line in name.split("\n")),
            *over_years.names_at(counted, year, said),
        ],
        ticks={share: say.pct(share) for share in ticks},
        high=high,
        tall=1.5 if canvas.narrow else 2.0,
    )
    for ax, (id, rows) in zip(axes, parts.items(), strict=True):
        table = registry.table(str(id))
        over_years.mark_breaks(ax, over_years.crossed(table, rows), high, say.label("break"))
        for column, colour in LINES.items():
            over_years.draw_line(ax, rows, column, colour, table.breaks)
        if best is not None and id == best["table"]:
            over_years.finish(ax, rows, lines, year, said)
        else:
            over_years.finish(ax, rows, lines)
