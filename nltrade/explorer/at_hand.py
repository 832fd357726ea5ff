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

    @property
    def span(self) -> tuple[str, str]:
        """The years of the picture."""
        return self.first, self.year


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
        told = sums["period"].between(*choice.span) & sums["flow"].isin(flows)
        return sums[told & ((sums["table"] != PARTNER_REPORTS) | (len(choice.partners) == 1))]

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
        lines, shows = self._call(choice)
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
            joined(reports) if reports else None,
            tuple(dict.fromkeys(each for each in shown if isinstance(each, str))),
            "\n".join([*begin, *lines, *(f"display({show})" for show in shows)]),
            choice.lang,
        )

    def _call(self, choice: Choice) -> tuple[list[str], list[str]]:
        """Write the lines that choose, and those that give the picture and the tables."""
        lines = ['years = trade["period"].str[:4].between("{}", "{}")'.format(*choice.span)]
        lines += ["seen = trade[years]"]
        if choice.flow != FLOWS[0]:
            lines += [f'seen = seen[seen["flow"] == "{choice.flow}"]']

        if choice.sector:
            more, shows = self._call_of_sector(choice)
            return lines + more, shows

        if len(choice.partners) > 1:
            ids = json.dumps(choice.partners)
            cells = f'partner={ids}, period={choice.year}, kind="goods", product="TOTAL"'
            table = f'nl.show(nl.select(seen, {cells}), "{choice.lang}")'
            return lines, [f"nl.charts.draw_partners_over_time(seen, {_both(choice)})", table]

        about = f'partner="{choice.partners[0]}", lang="{choice.lang}"'
        among = side_of(choice.partners[0], choice.year)
        place = f'period={choice.year}, flow="{choice.flow}", among="{among}"'
        table = f"nl.show_ranking(trade, {place}, {about})"
        return lines, [f"nl.charts.draw_over_time(seen, period={choice.year}, {about})", table]

    def _call_of_sector(self, choice: Choice) -> tuple[list[str], list[str]]:
        """Write the same for a sector: of one partner with what it reported itself, if it did."""
        ids, id, year = json.dumps(choice.partners), json.dumps(choice.sector), choice.year
        lines = [f"one = {{{id}: sectors[{id}]}}"]
        lines += [f"found = nl.sector_trade(trade, {ids}, {year}, sectors=one)"]
        rows = [f'found[found["partner"] == "{partner}"]' for partner in choice.partners]
        picture = f"draw_partners_over_time(seen, sector=one[{id}], {_both(choice)})"

        if len(choice.partners) == 1:
            partner, beside = choice.partners[0], ""
            told = self._told(choice, partner)
            bought = told[told["sector"].eq(choice.sector) & told["table"].eq(PARTNER_REPORTS)]
            if len(bought):
                lines += [f'other = nl.other_side("{partner}")']
                inside = 'other.trade["period"].between("{}", "{}")'.format(*choice.span)
                lines += [f"told = other.trade[{inside}]"]
                beside = "other_side=other._replace(trade=told), "
            if year in bought["period"].tolist():
                lines += [f'theirs = nl.sector_trade(told, "{partner}", {year}, sectors=one)']
                rows += ["theirs"]
            about = f'period={year}, {beside}partner="{partner}", lang="{choice.lang}"'
            picture = f"draw_sectors_over_time(seen, sectors=one, {about})"

        tables = [f'nl.show({each}, "{choice.lang}", sectors=one)' for each in rows]
        return lines, [f"nl.charts.{picture}", *tables]


def _both(choice: Choice) -> str:
    """Name what two partners are compared by."""
    about = f'partners={json.dumps(choice.partners)}, flow="{choice.flow}"'
    return f'{about}, period={choice.year}, lang="{choice.lang}"'
