"""
What the words of a claim cover: compared exactly, written so that no sentence contradicts itself.

Every operator covers one stretch of numbers. What CBS publishes leaves a range too, where a rate or
a share is worked out from rounded amounts; the words hold where they cover all of that range, and
do not hold where they cover nothing of it.
"""

from collections.abc import Callable
from fractions import Fraction
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple

from nltrade.registry.entries import Claim, Operator
from nltrade.rounding import exact, rounded

ENDLESS = Fraction(10**12)  # no amount, rate or place is as large
COMPARED: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "at least": ge,
    "more than": gt,
    "at most": le,
    "in the top": le,
    "less than": lt,
    "is": eq,
}
MIRRORED: dict[str, Operator] = {"at least": "at most", "more than": "less than"}
MIRRORED |= {"at most": "at least", "less than": "more than"}
DECIMALS = {"meur": 0}  # of what is written; billions and percentages have one


class Asserted(NamedTuple):
    """The operator of a claim with its numbers, as exact as they are written."""

    operator: Operator
    threshold: Fraction
    upto: Fraction
    precision: Fraction

    @classmethod
    def of(cls, claim: Claim) -> "Asserted":
        """Take the numbers of a claim; one that the operator does not need may be missing."""
        upto, precision = exact(claim.upto or 0), exact(claim.precision or 1)
        return cls(claim.operator, exact(claim.threshold), upto, precision)

    def hold(self, value: Fraction) -> bool:
        """Tell whether the words cover a number."""
        if self.operator == "just above":  # a deficit or a fall is "just above" away from zero
            away = -1 if self.threshold < 0 else 1
            return away * self.threshold <= away * value < away * self.upto
        if self.operator == "rounds to":
            return rounded(value, self.precision) == rounded(self.threshold, self.precision)
        return COMPARED[self.operator](value, self.threshold)

    def decide(self, low: Fraction, high: Fraction | None) -> bool | None:
        """
        Tell whether the words cover a range: all of it, nothing of it, or (None) a part.

        A range without an upper end is what a part of a year leaves.
        """
        ends = low, ENDLESS if high is None else high
        held = [self.hold(end) for end in ends]
        if all(held):
            return True
        inside = ends[0] < self.threshold < ends[1]
        return None if any(held) or inside else False

    def written(self, how: str, value: Fraction) -> tuple[Any, ...]:
        """Write a number with the decimals that it takes to show where it is to the words."""
        scale = 1000 if how == "bn" else 1
        first = DECIMALS.get(how, 1)
        steps = {digits: Fraction(scale, 10**digits) for digits in range(first, first + 12)}
        enough = (n for n, step in steps.items() if self._alike(value, rounded(value, step)))
        digits = next(enough, max(steps))
        is_whole = scale == 1 and value.denominator == 1
        return how, float(rounded(value, steps[digits])), 0 if is_whole else digits

    def mirrored(self) -> "Asserted":
        """Turn what is said of a fall into what is said of its size."""
        operator = MIRRORED.get(self.operator, self.operator)
        return Asserted(operator, -self.threshold, -self.upto, self.precision)

    def claimed(self, how: str) -> tuple[Any, ...]:
        """Write the number of the claim itself, with the decimals that it has."""
        return as_given(how, self.threshold)

    def rounded(self, how: str, value: Fraction) -> tuple[Any, ...]:
        """Write a number as the claim would round it."""
        return as_given(how, rounded(value, self.precision))

    def _alike(self, value: Fraction, shown: Fraction) -> bool:
        """Tell whether a number as it is shown compares as the number itself does."""
        ends = [self.threshold, *([self.upto] if self.operator == "just above" else [])]
        if self.operator == "rounds to":
            return rounded(value, self.precision) == rounded(shown, self.precision)
        return all((value > end) - (value < end) == (shown > end) - (shown < end) for end in ends)


def as_given(how: str, number: Fraction) -> tuple[Any, ...]:
    """Write a number with the decimals that it has."""
    scaled = number / (1000 if how == "bn" else 1)
    digits = next((count for count in range(12) if (scaled * 10**count).denominator == 1), 12)
    return how, float(number), digits
