"""What there is to choose from in some figures, and the call that a choice comes to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import pandas as pd

import nltrade as nl
from nltrade import registry
from nltrade.charts import Chart
from nltrade.errors import NltradeError
from nltrade.explorer.view import View
from nltrade.questions.moves import side_of
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang, Sector
from nltrade.report import Report
from nltrade.words import Words

FLOWS = ("total trade", "import", "export")
ALL = ""  # no sector: all goods
LARGEST = 10  # partners that stand before the alphabet
NEAR = 4  # names that are offered for one that nobody has
KEPT = 64  # views that are not made again


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
        self.sectors = nl.sectors() if sectors is None else sectors
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
        by_name = {}
        for id in self.partners:
            known = registry.partner(id)
            for name in (known.name("en"), known.name("nl"), *known.also):
                by_name[registry.plain(name)] = id

        found = [name for name in by_name if len(typed) > 2 and typed in name]
        found += get_close_matches(typed, list(by_name), n=NEAR, cutoff=0.7)
        ids = list(dict.fromkeys(by_name[name] for name in found))
        return [Words(lang).partner(id) for id in ids[:NEAR]]

    def with_figures(self, choice: Choice) -> list[str]:
        """List the sectors of which a partner has a whole year to draw."""
        flows = FLOWS[1:] if choice.flow == FLOWS[0] else [choice.flow]
        found: set[str] = set()
        for partner in choice.partners:
            told = self.sums(partner)
            inside = told["period"].between(choice.first, choice.year) & told["flow"].isin(flows)
            found |= set(told.loc[inside, "sector"])
        return [id for id in self.sectors if id in found]

    def _sums(self, partner: str) -> pd.DataFrame:
        """Add up the sectors of a partner in its whole years, as far as they are published."""
        rows = self.cells[self.cells["partner"] == partner]
        rows = rows[(rows["freq"] == "A") & rows["complete"]]
        try:
            return nl.sector_trade(rows, sectors=self.sectors).dropna(subset=[VALUE])
        except NltradeError:
            return pd.DataFrame(columns=["sector", "flow", "period"], dtype=str)

    def _view(self, choice: Choice) -> View:
        """Run the call of a choice, and keep what it displays, or why it does not."""
        lines, shows = _call(choice)
        names: dict[str, Any] = {"nl": nl, "trade": self.cells, "sectors": self.sectors}
        shown: list[Any] = []
        try:
            exec("\n".join(lines), names)
        except NltradeError as error:
            shown, shows = [str(error)], []
        for show in shows:
            try:
                shown.append(eval(show, names))
            except NltradeError as error:
                shown.append(str(error))

        begin = self.begin + (self.read_sectors if choice.sector else [])
        reports = [each for each in shown if isinstance(each, Report)]
        name = [*choice.partners, choice.first, choice.year, choice.flow, choice.sector]
        return View(
            "-".join(part.replace(" ", "-") for part in name if part),
            next((each for each in shown if isinstance(each, Chart)), None),
            _together(reports) if reports else None,
            tuple(dict.fromkeys(each for each in shown if isinstance(each, str))),
            "\n".join([*begin, *lines, *(f"display({show})" for show in shows)]),
            choice.lang,
        )


def _call(choice: Choice) -> tuple[list[str], list[str]]:
    """Write the lines that choose, and those that give the picture and the tables."""
    lines = [f'years = trade["period"].str[:4].between("{choice.first}", "{choice.year}")']
    lines += ["seen = trade[years]"]
    if choice.flow != FLOWS[0]:
        lines += [f'seen = seen[seen["flow"] == "{choice.flow}"]']
    ids, id = json.dumps(choice.partners), json.dumps(choice.sector)
    several = len(choice.partners) > 1
    about = f'partner="{choice.partners[0]}", lang="{choice.lang}"'
    both = f'partners={ids}, flow="{choice.flow}", period={choice.year}, lang="{choice.lang}"'

    if choice.sector:
        lines += [f"one = {{{id}: sectors[{id}]}}"]
        lines += [f"found = nl.sector_trade(trade, {ids}, {choice.year}, sectors=one)"]
        of_each = [f'found[found["partner"] == "{partner}"]' for partner in choice.partners]
        tables = [f'nl.show({rows}, "{choice.lang}", sectors=one)' for rows in of_each]
        draw = f"sectors_over_time(seen, sectors=one, {about})"
        if several:
            draw = f"partners_over_time(seen, sector=one[{id}], {both})"
    elif several:
        cells = f'partner={ids}, period={choice.year}, kind="goods", product="TOTAL"'
        tables = [f'nl.show(nl.select(seen, {cells}), "{choice.lang}")']
        draw = f"partners_over_time(seen, {both})"
    else:
        among = side_of(choice.partners[0], choice.year)
        place = f'period={choice.year}, flow="{choice.flow}", among="{among}"'
        tables = [f"nl.show_ranking(trade, {place}, {about})"]
        draw = f"over_time(seen, period={choice.year}, {about})"
    return lines, [f"nl.charts.draw_{draw}", *tables]


def _together(reports: list[Report]) -> Report:
    """Put several reports in one, each source once."""
    tables = [table for report in reports for table in report.tables]
    sources = dict.fromkeys(source for report in reports for source in report.sources)
    return Report(tables, list(sources), reports[0].lang)
