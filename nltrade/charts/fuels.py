"""Fuels in the imports over the years: their share, next to that among all partners."""

from functools import partial
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years, style
from nltrade.charts.chart import Chart, headline_of
from nltrade.charts.composition import FUELS, TELLING
from nltrade.charts.lines import draw_lines
from nltrade.charts.provenance import source_of, year_label
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

SHARES = {"share_pct": "fuels-share", "world_share_pct": "fuels-share-all"}
AMOUNTS = ["fuels_meur", "import_meur"]


def draw_fuels(
    frame: pd.DataFrame, *, partner: str = "RU", period: str | int = 2012, lang: Lang = "en"
) -> Chart:
    """
    Draw the share of mineral fuels (SITC section 3) in the imports from a partner over the years.

    Next to it is the share in the imports from all partners. A year in which CBS does not publish
    the fuels is a gap in the line, never a zero.

    Parameters
    ----------
    frame, partner, period, lang
        As for `draw`.

    Returns
    -------
    Chart

    Raises
    ------
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

    best = _of_year(data, year)
    shares = {column: say.label(id) for column, id in SHARES.items()}
    lines = {
        "world_share_pct": (say.label("all"), style.GREY),
        "share_pct": (say.partner(partner), style.IMPORT),
    }
    return Chart(
        "fuels",
        lang,
        "lines",
        _headline(frame, best, partner, year, say),
        say.text("fuels-subtitle", **about),
        source_of(frame, data["table"], say, year=year),
        over_years.year_series(data, shares, say, "pct", told="share_pct"),
        data,
        partial(
            draw_lines,
            parts=over_years.by_table(data, say),
            lines=lines,
            table="" if best is None else best["table"],
            year=int(year[:4]),
            say=say,
            percent=True,
        ),
        marks=over_years.marks(data, say),
        notes=[*_notes(data, say), say.label("concepts")],
    )


def _data(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
    """Put fuels, all imports and both shares of a table and year in a row."""
    cells = frame[(frame["flow"] == "import") & (frame["kind"] == "goods") & (frame["freq"] == "A")]
    cells = cells[(cells["level"] == 0) | (cells["product"] == FUELS)]
    index = [name for name in over_years.INDEX if name in cells]
    shares = trade.share(cells, of="all products").query("product == @FUELS")
    shares = shares.rename(columns={VALUE: "fuels_meur", "whole_meur": "import_meur"})
    world = shares.loc[shares["partner"] == "WORLD", ["table", "period", "share_pct"]]
    data = shares[shares["partner"] == partner].merge(
        world.rename(columns={"share_pct": "world_share_pct"}), on=["table", "period"], how="left"
    )
    data = over_years.published_years(data, AMOUNTS)
    name = f"{registry.partner(partner).name()} ({partner})"
    if data.empty:
        tables = Words("en").several(sorted(set(cells["table"]))) or "no table is here"
        raise NoData(
            f"No yearly imports from {name} are published separately ({tables}); that does not "
            "mean zero."
        )
    if not data["share_pct"].max() >= TELLING:
        raise NoData(f"Fuels are too small a part of the imports from {name} to say anything.")
    return data[[*index, *AMOUNTS, *SHARES]]


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


def _headline(
    frame: pd.DataFrame, best: "pd.Series[Any] | None", partner: str, year: str, say: Words
) -> str:
    """Say both shares of the year."""
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
