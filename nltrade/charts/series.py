"""The values of a line or of bars, as they are told and tabled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from nltrade import registry
from nltrade.registry.entries import Lang
from nltrade.words import Words

FEW = 3  # values that are told one by one; of more, the extremes


@dataclass(frozen=True)
class Series:
    """
    The values of one line, or of bars that belong together, as they are told and tabled.

    Attributes
    ----------
    name : str
        What they are of.
    values : mapping of str to float, str or None
        Value of each year, partner or part: million euro or percent; None where none is published.
    unit : {"bn", "meur", "pct"}
        How `nltrade.words` writes them.
    in_alt_text : bool
        Whether the text alternative tells it; the table in a document has all of them.
    alt_text : str
        What the text alternative says of it instead of its values.
    not_extremes : frozenset of str
        Points that are no part of the extremes, such as a part-year.
    """

    name: str
    values: Mapping[str, float | str | None]
    unit: Literal["bn", "meur", "pct"] = "bn"
    in_alt_text: bool = True
    alt_text: str = ""
    not_extremes: frozenset[str] = frozenset()

    def write(self, point: str, lang: Lang) -> str:
        """Write the value of a point; a point that this series does not have is empty."""
        say = Words(lang)
        value = self.values.get(point, "")
        if isinstance(value, str):
            return value
        if value is None or pd.isna(value):
            return say.label("not published")
        return say.amount((self.unit, value))

    def tell(self, lang: Lang) -> str:
        """Say the values if they are few, else the highest and the lowest that are drawn."""
        say = Words(lang)
        if self.alt_text:
            return self.alt_text
        published = {
            point: value
            for point, value in self.values.items()
            if isinstance(value, float) and pd.notna(value)
        }
        whole = {at: value for at, value in published.items() if at not in self.not_extremes}
        known = whole or published
        name = by_years(self.name[:1].upper() + self.name[1:])
        if not known:
            return say.text("tell-none", name=name)
        if len(known) <= FEW:
            listed = say.several([f"{point} {self.write(point, lang)}" for point in known])
            return say.text("tell-few", name=name, listed=listed)

        high, low = max(known, key=known.__getitem__), min(known, key=known.__getitem__)
        values = {"high_value": (self.unit, known[high]), "low_value": (self.unit, known[low])}
        are_alike = say.amount(values["high_value"]) == say.amount(values["low_value"])
        id = "tell-same" if are_alike else "tell-extremes"
        return say.text(id, name=name, high=high, low=low, **values)


def by_years(name: str) -> str:
    """Name a series by the years of its table, in the place of the table's code."""
    words, _, table = name.rpartition(", ")
    known = registry.tables().get(table)
    return f"{words}, {known.first}–{known.last}" if known else name
