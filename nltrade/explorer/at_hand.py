"""What there is to choose from in some figures, and the call that a choice comes to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template

import nltrade as nl
from nltrade import registry
from nltrade.charts import Chart
from nltrade.errors import NltradeError
from nltrade.explorer.view import View
from nltrade.questions.moves import side_of
from nltrade.questions.sectors import amounts
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang, Sector
from nltrade.report import Report
from nltrade.sources.comtrade import PARTNER_REPORTS
from nltrade.tables.claims import joined
from nltrade.words import Words

FLOWS = ("total trade", "import", "export")
ALL = ""  # no sector: all goods
LARGEST = 10  # partners that stand before the alphabet
NEAR = 4  # names that are offered for one that nobody has
SHORT = 3  # letters of a name that is no more than a code
KEPT = 64  # views that are not made again
DISPLAY = "display("  # how a line begins that shows something
NONE = pd.DataFrame(columns=["sector", "table", "flow", "period", VALUE], dtype=str)


@dataclass(frozen=True)
class Choice:
    """What is chosen: one or two partners, the first and the last year, flow, sector, language."""

    partners: tuple[str, ...]
    first: str
    year: str
    flow: str
    sector: str
    lang: Lang


class AtHand:
    """The figures to look through: what can be chosen of them, and what a choice shows."""

    def __init__(self, frame: pd.DataFrame | None, sectors: Mapping[str, Sector] | None) -> None:
        self.cells = nl.load() if frame is None else frame
        self.sectors = nl.sectors(sectors)
        # What is the user's own has the same name in the call, and is not read there.
        self.begin = ["import nltrade as nl", ""]
        self.begin += ["trade = nl.load()"] if frame is None else []
        self.read_sectors = ["sectors = nl.sectors()"] if sectors is None else []

        goods = nl.select(self.cells, kind="goods", product="TOTAL")
        is_country = (goods["partner_kind"] == "country") & goods["flow"].isin(FLOWS[1:])
        self.goods = goods[(goods["freq"] == "A") & is_country]
        self.years = sorted(self.goods["period"].unique())
        self.partners = list(self.goods["partner"].unique())
        self.view = lru_cache(KEPT)(self._view)
        self.sums = lru_cache(KEPT)(self._sums)

    def names(self, year: str, lang: Lang) -> list[str]:
        """Give the partners by name, but for the largest of the year, which come first."""
        of_year = self.goods[self.goods["period"] == year]
        # Tables overlap in some years: of each flow one amount counts.
        amounts = of_year.groupby(["partner", "flow"])[VALUE].max().groupby("partner").sum()
        largest = list(amounts.nlargest(LARGEST).index)

        name = Words(lang).partner
        return [*map(name, largest), *sorted(map(name, set(self.partners) - set(largest)))]

    def near(self, text: str, lang: Lang) -> list[str]:
        """Give the names of partners that have a text in them, or are like it."""
        typed = registry.plain(text)
        ids = {}
        for id in self.partners:
            known = registry.partner(id)
            for name in (known.name("en"), known.name("nl"), *known.also):
                ids[registry.plain(name)] = id

        found = [name for name in ids if len(typed) > SHORT and typed in name]
        # A short name is like many words: "Rusia" is near to "USA", and means Russia.
        long = [name for name in ids if len(name) > SHORT]
        found += get_close_matches(typed, long, n=NEAR, cutoff=0.7)

        near = list(dict.fromkeys(ids[name] for name in found))
        return [Words(lang).partner(id) for id in near[:NEAR]]

    def with_figures(self, choice: Choice) -> list[str]:
        """List the sectors of which a partner has a whole year to draw."""
        found = {id for partner in choice.partners for id in self._told(choice, partner)["sector"]}
        return [id for id in self.sectors if id in found]

    def _told(self, choice: Choice, partner: str) -> pd.DataFrame:
        """Take the sectors in the years and flows that are chosen; of two partners, CBS's alone."""
        sums = self.sums(partner)
        flows = FLOWS[1:] if choice.flow == FLOWS[0] else [choice.flow]
        told = sums["period"].between(choice.first, choice.year) & sums["flow"].isin(flows)
        if len(choice.partners) > 1:
            told &= sums["table"] != PARTNER_REPORTS
        return sums[told]

    def _sums(self, partner: str) -> pd.DataFrame:
        """Add up the sectors of a partner in whole years: CBS's, and what it reported it bought."""
        rows = self.cells[self.cells["partner"] == partner]
        rows = rows[(rows["freq"] == "A") & rows["complete"]]
        theirs = nl.other_side(partner).trade
        bought = theirs[theirs["flow"] == "export"]
        found = [amounts(cells, self.sectors) for cells in (rows, bought) if len(cells)]
        return pd.concat(found or [NONE]).dropna(subset=[VALUE])

    def _view(self, choice: Choice) -> View:
        """Run the call of a choice, and keep what it displays, or why it does not."""
        call = self._call(choice)
        shown: list[Any] = []
        names: dict[str, Any] = {
            "nl": nl,
            "trade": self.cells,
            "sectors": self.sectors,
            "display": shown.append,
        }
        for line in call:
            try:
                exec(line, names)
            except NltradeError as error:
                shown.append(str(error))
                if not line.startswith(DISPLAY):  # then there is nothing to display
                    call = [each for each in call if not each.startswith(DISPLAY)]
                    break

        begin = self.begin + (self.read_sectors if choice.sector else [])
        # a table of no rows is none: why there is no picture is said once
        reports = [
            each
            for each in shown
            if isinstance(each, Report)
            and any(table.frame is not None or table.remarks for table in each.tables)
        ]
        name = [*choice.partners, choice.first, choice.year, choice.flow, choice.sector]
        return View(
            "-".join(part.replace(" ", "-") for part in name if part),
            next((each for each in shown if isinstance(each, Chart)), None),
            joined(reports) if reports else None,
            tuple(dict.fromkeys(each for each in shown if isinstance(each, str))),
            "\n".join([*begin, *call]),
            choice.lang,
        )

    def _call(self, choice: Choice) -> list[str]:
        """Write the lines of Python that a choice comes to, without those that read the figures."""
        partner = choice.partners[0]
        values = {
            "choice": choice,
            "partner": partner,
            "partners": json.dumps(choice.partners),
            "sector": json.dumps(choice.sector),
            "among": side_of(partner, choice.year),
            "bought": self._bought(choice),
        }
        return _template().render(values).splitlines()

    def _bought(self, choice: Choice) -> list[str]:
        """List the years in which the one partner of a choice reported what it bought."""
        told = self._told(choice, choice.partners[0])
        theirs = told["sector"].eq(choice.sector) & told["table"].eq(PARTNER_REPORTS)
        return list(told.loc[theirs, "period"])


@cache
def _template() -> Template:
    """Read the call as it is written, with << >> where a choice comes in."""
    environment = Environment(
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
    )
    text = Path(__file__).with_name("call.j2").read_text(encoding="utf-8")
    return environment.from_string(text)
