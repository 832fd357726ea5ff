"""When the members of a group of partners change: its total is that of another group then."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import chain

from nltrade import registry
from nltrade.errors import UnknownName
from nltrade.registry.periods import days

EURO = ("EUROZONE", "NON-EUROZONE")
EU = ("EU", "NON-EU")
FIRST = 1990  # no table begins earlier

# CBS counts the goods of 2013 and 2020 by the membership of each month: its EU of 2020 holds the
# United Kingdom's January, that of 2013 Croatia's second half. So the year after differs as well.
# The years before that are counted by the members at their end, as services always are.
MIXED_YEARS = ("2013", "2020")


@cache
def changed(kind: str) -> dict[str, frozenset[str]]:
    """
    Give the periods in which each group has other members than a year before.

    Parameters
    ----------
    kind : {"goods", "services"}
        What is counted.

    Returns
    -------
    dict of str to frozenset of str
        Periods by the partner's id: years, quarters and months.

    Examples
    --------
    >>> sorted(period for period in changed("goods")["EU"] if len(period) == 4)
    ['1995', '2004', '2007', '2013', '2014', '2020', '2021']
    """
    known = registry.partners().values()
    eu_days = [day for each in known for day in (each.eu_from, each.eu_until) if day]
    of_the_eu = _changed(eu_days, MIXED_YEARS if kind == "goods" else ())
    euro_days = [each.euro_from for each in known if each.euro_from]
    of_the_euro = _changed(euro_days)

    found: dict[str, frozenset[str]] = {}
    for partner in known:
        if partner.id in EURO:
            found[partner.id] = of_the_euro
        elif partner.id in sided():
            found[partner.id] = of_the_eu
        elif partner.changes:
            found[partner.id] = frozenset(chain.from_iterable(map(_parts, partner.changes)))
    return found


def held_by(group: str, day: date) -> frozenset[str]:
    """
    Give the members of the EU or of the euro area on a day.

    Examples
    --------
    >>> len(held_by("EUROZONE", date(2012, 12, 31)))
    17
    """
    known = {"EU": registry.eu_members, "EUROZONE": _of_the_euro}
    if group not in known:
        raise UnknownName(f"No members of {group!r}. Groups with members are {', '.join(known)}.")
    return known[group](day)


@cache
def sided() -> frozenset[str]:
    """
    Give what is counted on one side of the EU's border: its members, the others, and the rest.

    Examples
    --------
    >>> [id in sided() for id in ("EU", "UNSPECIFIED-NON-EU", "OTHER-EUROPE")]
    [True, True, False]
    """
    known = registry.partners().values()
    residuals = [each for each in known if each.kind == "residual" and each.eu is not None]
    return frozenset(EU) | {each.id for each in residuals if each.holds != "countries"}


@cache
def _of_the_euro(day: date) -> frozenset[str]:
    known = registry.partners().values()
    return frozenset(each.id for each in known if each.euro_from and each.euro_from <= day)


def _changed(days_of_change: list[date], mixed: tuple[str, ...] = ()) -> frozenset[str]:
    """Give the periods with other members than a year before; no member that left comes back."""
    # Only the year of a change and the next one can differ from the year before them.
    years = {day.year + after for day in days_of_change for after in (0, 1)}

    found = set()
    for period in chain.from_iterable(_parts(str(year)) for year in years if year >= FIRST):
        before = _before(period)
        first, last = days(before)
        is_by_its_end = len(before) == 4 and before not in mixed
        since = last if is_by_its_end else first
        until = days(period)[1]
        if any(since < day <= until for day in days_of_change):
            found.add(period)
    return frozenset(found)


def _before(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}"


def _parts(year: str) -> Iterator[str]:
    yield year
    yield from (f"{year}-Q{quarter}" for quarter in range(1, 5))
    yield from (f"{year}-{month:02}" for month in range(1, 13))
