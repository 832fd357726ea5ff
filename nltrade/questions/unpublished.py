"""
What a table does not publish by partner, and who could have it: plain sums over the cells of one
flow.

Groups of countries that are published together, trade without a named partner, and what the parts
leave of their total are told apart for each side of the EU's border, as CBS files partners there.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from nltrade import registry
from nltrade.questions.places import Pools

SideName = Literal["outside EU", "inside EU"]
TOTALS = {"outside EU": "NON-EU", "inside EU": "EU", "all": "WORLD"}


class ByPartner(NamedTuple):
    """What a table publishes of one flow, by partner; None where a cell has no value."""

    values: dict[str, float | None]
    countries: set[str]  # those that the frame calls one
    withheld: set[str]  # partners of which the cell could be, and has no value
    step: float  # how far two values can be apart and be the same before rounding, million euro

    def of_countries(self) -> dict[str, float]:
        """Give the value of each country that has one."""
        return {p: v for p, v in self.values.items() if v is not None and p in self.countries}


class Unpublished(NamedTuple):
    """What one table does not publish by partner, of one flow and one side of the border."""

    groups: list[float]
    unallocated: float
    left: float  # what the parts leave of their total
    is_untold: bool  # trade without a named partner is withheld too
    is_bounded: bool


class Side(NamedTuple):
    """One side of the EU's border, as CBS files partners: by the membership of the time."""

    name: SideName
    is_inside: bool
    countries: set[str]
    residuals: dict[str, str]  # what each holds

    @classmethod
    def both(cls, members: frozenset[str]) -> "list[Side]":
        """Give the two sides, with all that there is on each."""
        sides = [cls(name, name == "inside EU", set(), {}) for name in get_args(SideName)]
        for partner in registry.partners().values():
            if partner.kind == "country":
                sides[partner.id in members].countries.add(partner.id)
            elif partner.kind == "residual":
                sides[bool(partner.eu)].residuals[partner.id] = partner.holds or ""
        return sides

    def unpublished(self, of: ByPartner) -> Unpublished:
        """Say what is not published by partner on this side."""
        named = of.countries & self.countries
        parts = [each for each in of.values if each in self.residuals or each in named]
        whole = of.values.get(TOTALS[self.name])
        left = 0.0 if whole is None else whole - sum(of.values[each] or 0.0 for each in parts)

        # Where all is published, what is left is but the rounding of the parts.
        holders = {each for each, holds in self.residuals.items() if holds != "no country"}
        is_withheld = bool(of.withheld & (holders | self.countries))
        if left <= 0 or (not is_withheld and left <= 0.5 * len(parts)):
            left = 0.0

        groups = [of.values[each] for each in parts if self.residuals.get(each) == "countries"]
        free = [of.values[each] for each in parts if self.residuals.get(each) == "unallocated"]
        return Unpublished(
            groups=[size for size in groups if size is not None],
            unallocated=sum(size or 0.0 for size in free),
            left=left,
            is_untold=None in free,
            is_bounded=whole is not None,
        )


def pools(unpublished: Sequence[Unpublished], unseen: int) -> list[Pools]:
    """
    Put together who could have what: of goods, and of services where these are added.

    What the parts leave of their total is that of countries without a cell; where the trade without
    a named partner is withheld, it could as well be that: two cases.
    """
    unallocated = sum(each.unallocated for each in unpublished)
    left = [each.left for each in unpublished]
    cases = [_case(unpublished, left, unallocated, unseen)]

    if any(each.is_untold for each in unpublished):
        others = [0.0 if each.is_untold else each.left for each in unpublished]
        ones = sum(each.left for each in unpublished if each.is_untold)
        cases.append(_case(unpublished, others, unallocated + ones, unseen))
    return cases


def _case(
    unpublished: Sequence[Unpublished], left: list[float], unallocated: float, unseen: int
) -> Pools:
    """Put together what is left of goods with their groups, and what is left of services."""
    groups = np.array([*unpublished[0].groups, left[0]], float)
    return Pools(groups, unallocated, sum(left[1:]), unseen)
