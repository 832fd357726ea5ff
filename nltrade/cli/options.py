"""What commands can be asked, and what is meant where nothing is said."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import pandas as pd
import typer

from nltrade import registry
from nltrade.errors import NoData, UnknownName, close_to
from nltrade.questions.trade import VALUE, select
from nltrade.registry.entries import FLOWS, LANGS, Lang
from nltrade.words import Words

MISSION = ("RU", 2012)  # the mission that ships with the package


def _partners(begun: str) -> list[str]:
    """Complete a partner: its code, or its name in either language."""
    known = [one for one in registry.partners().values() if one.kind == "country"]
    names = [name for one in known for name in (one.id, one.name("en"), one.name("nl"))]
    return [name for name in dict.fromkeys(names) if name.lower().startswith(begun.lower())]


def _tables(begun: str) -> list[str]:
    return [id for id in registry.tables() if id.lower().startswith(begun.lower())]


PartnerOption = Annotated[
    str | None,
    typer.Option(
        help="ISO code or name of a country; by default Russia, of the mission of 2013.",
        autocompletion=_partners,
    ),
]
YearOption = Annotated[
    int | None,
    typer.Option(help="Year; by default the last whole one of a partner you name, else 2012."),
]
TableOption = Annotated[str | None, typer.Option(help="CBS table.", autocompletion=_tables)]
LangOption = Annotated[Lang, typer.Option(help="Language.")]
LangsOption = Annotated[Lang | None, typer.Option(help="Language; both by default.")]
ClaimsOption = Annotated[
    Path | None,
    typer.Option(help="Your own claims file (TOML); the mission's by default."),
]
SectorsOption = Annotated[
    Path | None,
    typer.Option(help="Your own sector file (TOML); the mission's by default."),
]
StyleOption = Annotated[
    Path | None, typer.Option(help="A matplotlib style file to draw with instead of ours.")
]
TablesOption = Annotated[
    Path | None, typer.Option(help="A file of your own that adds or corrects tables.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for another program.")]
CsvOption = Annotated[Path | None, typer.Option("--csv", help="Write a CSV file.")]
XlsxOption = Annotated[Path | None, typer.Option("--xlsx", help="Write an Excel file.")]


class Subject(NamedTuple):
    """The partner and year that a command is about, and whether the mission's were meant."""

    partner: str
    year: int
    assumed: bool

    def says(self, lang: Lang) -> str:
        """Say what is meant where no partner was given; empty where one was."""
        if not self.assumed:
            return ""
        id = "cli-mission" if self.year == MISSION[1] else "cli-assumed"
        return Words(lang).text(id, partner=self.partner, year=self.year)


def subject(partner: str | None, year: int | None, frame: pd.DataFrame) -> Subject:
    """Choose partner and year: the mission's, or of a partner that is named the last whole year."""
    assumed = partner is None
    about = registry.country(MISSION[0] if partner is None else partner).id
    if year is None:
        year = MISSION[1] if partner is None else last_year(frame, about)
    _require_year(year, frame)
    return Subject(about, year, assumed)


def _require_year(year: int, frame: pd.DataFrame) -> None:
    """Refuse a year that no table of CBS has, and say which there are."""
    tables = registry.tables().values()
    first, last = (min(int(one.first) for one in tables), max(int(one.last) for one in tables))
    here = sorted(frame.loc[frame["freq"] == "A", "period"].unique())
    if first <= year <= last or str(year) in here:
        return
    near = close_to(str(year), map(str, range(first, last + 1))) if year > last else ""
    raise NoData(
        f"There is no year {year} in the tables of CBS.{near} They have {first} to {last}; "
        f"{here[0]} to {here[-1]} are here."
    )


def last_year(frame: pd.DataFrame, partner: str) -> int:
    """Give the last whole year of which the goods trade with a partner is published."""
    # Says where else a partner is that no table of goods has.
    goods = select(frame, partner=partner, kind="goods", product="TOTAL")
    is_known = goods["freq"].eq("A") & goods["complete"] & goods[VALUE].notna()
    years = goods.loc[is_known, "period"]
    if years.empty:
        name = registry.partner(partner).named()
        raise NoData(f"No whole year of the goods trade with {name} ({partner}) has a figure here.")
    return int(years.max())


def only_one(given: Mapping[str, object]) -> None:
    """Refuse options that exclude each other: what one asks, another would leave undone."""
    named = [option for option, value in given.items() if value not in (None, False)]
    if len(named) > 1:
        raise UnknownName(f"{' and '.join(named)} exclude each other. Give one of them.")


def several(given: list[str]) -> list[str]:
    """List what is given with commas, or by the same option again; the same twice is once."""
    return list(dict.fromkeys(each.strip() for words in given for each in words.split(",")))


def flow_named(words: str) -> str:
    """Understand a flow as people write it: exports, uitvoer; the registry judges others."""
    labels = {Words(lang).label(flow).lower(): flow for flow in FLOWS for lang in LANGS}
    more = {"total": "total trade", "handel": "total trade", "exporten": "export"}
    asked = words.strip().lower()
    return (labels | more).get(asked, asked)
