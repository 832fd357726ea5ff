"""The rows of the figure of fuels, and what is said of them."""

from collections.abc import Mapping

import pandas as pd

from nltrade import registry
from nltrade.charts import over_years as panels
from nltrade.charts.composition import FUELS
from nltrade.charts.provenance import year_label
from nltrade.errors import NoData
from nltrade.questions import trade
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.words import Words

HEADLINES = {
    "share": "fuels-headline-share",
    "fuels-no-part": "fuels-headline-no-part",
    "fuels-no-whole": "fuels-headline-no-whole",
    "fuels-no-trade": "fuels-headline-no-trade",
}


def rows(frame: pd.DataFrame, partner: str) -> pd.DataFrame:
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
    data = panels.published_years(data, amounts)[[*index, *amounts, "share_pct", "world_share_pct"]]
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


def headline(frame: pd.DataFrame, data: pd.DataFrame, partner: str, year: str, lang: Lang) -> str:
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


def notes(data: pd.DataFrame, numbers: Mapping[str, int], lang: Lang) -> list[str]:
    """Say where lines stop, which years are not whole, and which have no share and why."""
    say = Words(lang)
    said = panels.notes(data, numbers, lang, "fuels-part-years")
    for id, why in _missing(data).items():
        where = [
            f"{panels.year_ranges(years, lang)} ({table})"
            for table, years in data[why].groupby("table", sort=False)["period"]
        ]
        if where:
            said.append(say.text(id, where="; ".join(where)))
    return [*said, say.text("concepts")]
