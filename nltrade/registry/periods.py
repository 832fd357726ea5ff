"""Periods as people write them, and the days they span."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from numbers import Real

from nltrade.errors import UnknownName

PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")

# What a function takes for periods: one, several, or a span of years.
Periods = str | int | Iterable[str | int]


def listed(given: Periods) -> list[str]:
    """
    List the periods that are asked for.

    Parameters
    ----------
    given : str, int or iterable of these
        ``2012``, ``"2012-Q1"``, ``"2012:2014"`` (both included), ``range(2012, 2015)`` or a list.

    Returns
    -------
    list of str

    Raises
    ------
    UnknownName
        There is none, one is no year, quarter or month, or a span runs backwards.

    Examples
    --------
    >>> listed("2012:2014"), listed(range(2012, 2014)), listed([2012, "2013-Q1"])
    (['2012', '2013', '2014'], ['2012', '2013'], ['2012', '2013-Q1'])
    """
    several = [given] if isinstance(given, str) or not isinstance(given, Iterable) else given
    found: list[str] = []
    for one in several:
        # Frames hand out years as integers of their engine or, beside gaps, as floats.
        words = f"{one:.0f}" if isinstance(one, Real) and float(one).is_integer() else str(one)
        span = re.fullmatch(r"(\d{4}):(\d{4})", words)
        if span:
            found += [str(year) for year in range(int(span[1]), int(span[2]) + 1)]
        else:
            found.append(known(words))
    if not found:
        raise UnknownName(
            f"No period in {given!r}. Write one, a list, or a span from the first year to the last "
            "one: '2012:2014'."
        )
    return list(dict.fromkeys(found))


def known(period: str) -> str:
    """Check that a period is a year, a quarter or a month."""
    if not PERIOD.fullmatch(period):
        raise UnknownName(
            f"No period {period!r}. Write a year, a quarter or a month: 2012, 2012-Q1 or 2012-01."
        )
    return period


def days(period: str) -> tuple[date, date]:
    """
    Give the first and the last day of a period.

    Examples
    --------
    >>> days("2012-Q1")
    (datetime.date(2012, 1, 1), datetime.date(2012, 3, 31))
    """
    year, part = int(known(period)[:4]), period[5:]
    if not part:
        first, last = 1, 12
    elif part.startswith("Q"):
        first, last = 3 * int(part[1:]) - 2, 3 * int(part[1:])
    else:
        first = last = int(part)
    following = date(year + last // 12, last % 12 + 1, 1)
    return date(year, first, 1), following - timedelta(days=1)
