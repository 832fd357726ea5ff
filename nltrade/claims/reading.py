"""What a check of a claim finds: readings with their cells and reasons, frozen."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang
from nltrade.rounding import exact
from nltrade.words import Words


class Cell(msgspec.Struct, frozen=True):
    """One published cell; `value_meur` is in million euro, None where CBS leaves it empty."""

    table: str
    flow: str
    partner: str
    product: str
    period: str
    value_meur: float | None
    status: str

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> "Cell":
        """Take a row of a tidy frame; one that says no status leaves it unknown."""
        known = {name: row[name] for name in ("table", "flow", "partner", "product", "period")}
        value = None if pd.isna(row[VALUE]) else row[VALUE]
        return cls(**known, value_meur=value, status=row.get("status", "unknown"))


class Placed(msgspec.Struct, frozen=True):
    """A partner in a ranking, with the best and the worst place possible."""

    partner: str
    value_meur: float
    place: int
    best: int | None
    worst: int | None

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> "Placed":
        """Take a row of `nltrade.rank_partners`, where a missing end is no number."""
        best, worst = (None if pd.isna(row[end]) else int(row[end]) for end in ("best", "worst"))
        return cls(row["partner"], row[VALUE], int(row["place"]), best, worst)

    @property
    def certain(self) -> bool:
        """Whether the place could be no other."""
        return self.best is not None and self.best == self.worst

    @property
    def span(self) -> str:
        """The places that are possible, in brackets; nothing where there is but one."""
        return "" if self.certain else f" ({self.best or '?'}–{self.worst or '?'})"


class Reason(msgspec.Struct, frozen=True):
    """A sentence of ``texts.toml`` with what fills it in."""

    id: str
    values: dict[str, Any]

    def text(self, lang: Lang) -> str:
        """Give the sentence in one language."""
        return sentence(Words(lang).text(self.id, **self.values))


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """
    One way to read a claim, and what CBS says in it.

    `value` is in million euro, in percent, or a place; `low` and `high` are what it can be, where
    rounded amounts, a part of a year or trade without a named partner leave a range (`high` is None
    where nothing bounds it). `margin` is the distance to the reported figure: in percent of it for
    a value, in points for a share or growth rate, in places for a place. `holds` is None where
    there is nothing to compare, and where the words cover a part of the range (`open`).

    `of_the_time` is False for today's membership of the EU; `judged` readings make the verdict, the
    others are there to see. `gap` says why there is no value, as the id of a label. `neighbours`
    are the partners just in front and behind.
    """

    tables: list[str]
    flow: str
    kind: str
    of_the_time: bool = True
    judged: bool = True
    value: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float | None = None
    holds: bool | None = None
    open: bool = False
    complete: bool = True
    gap: str = ""
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
        """Name the reading: what is counted and, where there are several, in which tables."""
        what = Words(lang).label(self.what)
        return f"{what} ({', '.join(self.tables)})" if of_several else what


def place_range(placed: Placed, lang: Lang) -> str:
    """
    Say how certain a place is.

    Examples
    --------
    >>> place_range(Placed("RU", 7068.0, 3, 2, 4), "en")
    'between 2nd and 4th'
    """
    say = Words(lang)
    if placed.best is None:
        return say.label("not-bounded")
    if placed.certain:
        return say.label("certain")
    if placed.worst is None:
        return say.text("from-place", best=placed.best)
    return say.text("between", best=placed.best, worst=placed.worst)


def is_cbs(table: str) -> bool:
    """Tell whether a table counts in a verdict: one of CBS, or of the user's own."""
    return table in registry.tables() or table not in registry.all_tables()


def rounded_to(table: str, cells: pd.DataFrame) -> Fraction:
    """Give the step that the amounts of a table are rounded to, in million euro."""
    if table in registry.tables():
        return exact(registry.units().get(registry.table(table).unit, 0))

    # A table of the user's own says it by what is in it: whole millions, or what it has.
    values = cells.loc[cells["table"] == table, VALUE].dropna()
    return Fraction(int((values % 1 == 0).all()))


def sentence(words: str) -> str:
    """Begin a sentence with a capital."""
    return words[0].upper() + words[1:]
