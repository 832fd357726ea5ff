"""What a check of a claim gives: readings, cells and reasons, frozen, and how they are put into words."""

from typing import Any

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Claim, Lang
from nltrade.report import Prints
from nltrade.sources.snapshot import Origin
from nltrade.words import Words

WRITTEN = {"value": "meur", "share": "pct", "growth": "change", "place": "place"}


class Cell(msgspec.Struct, frozen=True):
    """One published cell; `value_meur` is in million euro, None where CBS leaves it empty."""

    table: str
    flow: str
    partner: str
    product: str
    period: str
    value_meur: float | None
    status: str


class Placed(msgspec.Struct, frozen=True):
    """A partner in a ranking, with the best and the worst place possible."""

    partner: str
    value_meur: float
    place: int
    best: int | None
    worst: int | None

    @classmethod
    def of(cls, row: dict[Any, Any]) -> "Placed":
        """Take a row of `nltrade.rank_partners`, where a missing end is no number."""
        best, worst = (None if pd.isna(row[end]) else int(row[end]) for end in ("best", "worst"))
        return cls(row["partner"], row[VALUE], int(row["place"]), best, worst)

    @property
    def certain(self) -> bool:
        """Whether the place could be no other."""
        return self.best is not None and self.best == self.worst


class Reason(msgspec.Struct, frozen=True):
    """A sentence of ``texts.toml`` with what fills it in."""

    id: str
    values: dict[str, Any]

    def text(self, lang: Lang) -> str:
        """Give the sentence in one language."""
        say = Words(lang)
        sentence = say.text(self.id, **self.values)
        return sentence[0].upper() + sentence[1:]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """
    One way to read a claim, and what CBS says in it.

    `value` is in million euro, in percent, or a place; `margin` is its distance to the reported figure, in percent
    of it for a value, in points for a share or growth rate, in places for a place. `of_the_time` is False for
    today's membership of the EU; `judged` readings make the verdict, the others are there to see. `holds` is None
    where there is nothing to compare. `neighbours` are the partners just in front and behind.
    """

    tables: list[str]
    flow: str
    kind: str
    of_the_time: bool = True
    judged: bool = True
    value: float | None = None
    margin: float | None = None
    holds: bool | None = None
    place: Placed | None = None
    first: list[Placed] = []
    neighbours: list[Placed] = []
    cells: list[Cell] = []
    reasons: list[Reason] = []

    @property
    def what(self) -> str:
        """Id of the label of what is counted: the flow, or both kinds together."""
        return self.flow if self.kind in ("goods", "services") else self.kind

    @property
    def certain(self) -> bool:
        """Whether the place could be no other."""
        return self.place is not None and self.place.certain

    def label(self, lang: Lang, of_several: bool) -> str:
        """Name the reading: what is counted, and in which table where there are several."""
        say = Words(lang)
        what = say.label(self.what)
        return f"{what} ({self.tables[0]})" if of_several else what


class Verdict(Prints, msgspec.Struct, frozen=True, kw_only=True):
    """A claim, its verdict, and everything the verdict rests on."""

    claim: Claim
    verdict: str
    readings: list[Reading]
    sources: list[Origin]

    @property
    def main(self) -> Reading | None:
        """The first reading that can be compared, else the first with a figure, else the first."""
        order = sorted(
            self.readings, key=lambda r: (not r.judged, r.holds is None, r.value is None)
        )
        return order[0] if order else None

    @property
    def in_several(self) -> bool:
        """Whether more than one table covers the year."""
        return len({reading.tables[0] for reading in self.readings}) > 1

    def says(self, lang: Lang = "en") -> str:
        """Say what CBS publishes: a place in the reading that the claim names, any other figure in every table."""
        say = Words(lang)
        main = self.main
        if main is None or main.value is None:
            return say.label("not published")
        if main.place:
            return f"{say.place(main.value)} ({place_range(main.place, lang)})"
        said = {
            r.tables[0]: say.amount((WRITTEN[self.claim.measure], r.value))
            + ("" if r.holds is not None else f" ({say.label('part-year')})")
            for r in self.readings
            if r.value is not None
        }
        if len(said) == 1:
            return next(iter(said.values()))
        return "; ".join(f"{table}: {figure}" for table, figure in said.items())

    def margin(self, lang: Lang = "en") -> str:
        """Say how far the reported figure is from the published one."""
        say = Words(lang)
        main = self.main
        if main is None or main.margin is None or main.holds is None:
            return ""
        if main.place:
            return "; ".join(gap.text(lang) for gap in _gaps(main.place, main.neighbours))
        threshold = (WRITTEN[self.claim.measure], self.claim.threshold)
        id = "margin" if self.claim.measure == "value" else "margin-points"
        return say.text(id, margin=main.margin, threshold=threshold)

    def why(self, lang: Lang = "en") -> list[str]:
        """Give the reasons, a sentence each."""
        say = Words(lang)
        reasons = [reason for reading in self.readings for reason in reading.reasons]
        if self.claim.measure == "place":
            reasons = [*_places(self.claim, self.readings), *reasons]
        if not self.readings:
            reasons = [Reason("why-no-table", {"year": self.claim.year})]
        notes = [say.note(self.claim.note)] if self.claim.note else []
        return list(dict.fromkeys([reason.text(lang) for reason in reasons] + notes))


def place_range(placed: Placed, lang: Lang) -> str:
    """
    Say how certain a place is.

    Examples
    --------
    >>> place_range(Placed("RU", 7068.0, 3, 2, 4), "en")
    'between the 2nd and 4th place'
    """
    say = Words(lang)
    if placed.best is None:
        return say.label("not-bounded")
    if placed.certain:
        return say.label("certain")
    if placed.worst is None:
        return say.text("from-place", best=placed.best)
    return say.text("between", best=placed.best, worst=placed.worst)


def cells_of(rows: pd.DataFrame) -> list[Cell]:
    """Keep the cells that a reading rests on."""
    named = [
        dict(zip(Cell.__struct_fields__, cell, strict=True))
        for cell in rows[list(Cell.__struct_fields__)].itertuples(index=False, name=None)
    ]
    return [Cell(**cell | {VALUE: None if pd.isna(cell[VALUE]) else cell[VALUE]}) for cell in named]


def to_fetch(claim: Claim) -> str:
    """Name the table to fetch for what a claim is about; empty where none has it."""
    able = registry.tables_with(products=[claim.product], period=str(claim.year))
    return able[0].id if able else ""


def why_absent(claim: Claim, of_table: pd.DataFrame, of_partner: pd.DataFrame) -> str:
    """Name the reason why a table has no figure: no such product in it, no such partner, or the cell withheld."""
    if claim.product not in set(of_table["product"]):
        return "why-fetch" if to_fetch(claim) else "why-product"
    return "why-withheld" if of_partner[VALUE].notna().any() else "why-missing"


def _places(claim: Claim, readings: list[Reading]) -> list[Reason]:
    """Say the places of all readings, table by table, those of the time first, and where they are certain."""
    reasons = []
    for table in dict.fromkeys(reading.tables[0] for reading in readings):
        here = [reading for reading in readings if reading.place and reading.tables[0] == table]
        for id, of_the_time in [("why-places-then", True), ("why-places-now", False)]:
            by_place: dict[int, list[str]] = {}
            for reading in here:
                if reading.place and reading.of_the_time == of_the_time:
                    by_place.setdefault(reading.place.place, []).append(reading.what)
            if by_place:
                values = {"table": table, "year": claim.year, "places": sorted(by_place.items())}
                reasons.append(Reason(id, values))
            sure = [r.what for r in here if r.certain and r.holds is not None and r.of_the_time]
            if sure and of_the_time:
                reasons.append(Reason("why-certain", {"table": table, "what": sure}))
    return reasons


def _gaps(own: Placed, neighbours: list[Placed]) -> list[Reason]:
    """Say how far the partner in front and the next one behind are."""
    ids = {True: "margin-front", False: "margin-next"}
    return [
        Reason(
            ids[p.value_meur >= own.value_meur],
            {"gap": abs(p.value_meur - own.value_meur), "partner": p.partner},
        )
        for p in neighbours
    ]
