"""
Who is ahead of a country, and who could be: plain arithmetic on the cells of one ranking.

A published value stands for any number that rounds to it, so two that rounding could turn round are
a tie. Beside the countries with a cell there is trade of which only a sum is known; the worst place
is that in which as many countries as possible are ahead by it, the best that in which the country
itself has all of it that can be its own.
"""

from typing import Any, NamedTuple

import numpy as np

Numbers = Any  # a numpy.ndarray of floats
DIGITS = 6  # of million euro: a float of thousands of euro is not exact beyond


class Countries(NamedTuple):
    """The countries that take part, on one side of the EU's border: a number for each."""

    values: Numbers  # million euro
    lack_services: Numbers  # whether services of theirs are to be added, and are not published


class Pools(NamedTuple):
    """What is not published by partner on one side of the EU's border, in million euro."""

    groups: Numbers  # sums of countries without a cell, each country in one of them
    unallocated: float  # trade that can be one partner's, as a whole
    services: float  # services of the countries without a services cell, in any parts
    unseen: int  # how many countries have no cell


def possibly_ahead(value: float, countries: Countries, pools: Pools, close: float) -> int:
    """
    Count the countries of one side that can be ahead of a value at the same time.

    Examples
    --------
    One is ahead, two can be in the group of 25, and one more with the trade that is unallocated.

    >>> countries = Countries(np.array([30.0, 9.0, 8.0]), np.array([False, False, False]))
    >>> pools = Pools(np.array([25.0]), unallocated=4.0, services=0.0, unseen=9)
    >>> possibly_ahead(10.0, countries, pools, close=1.0)
    4
    """
    free = could_be_level(countries.values, value, close)
    hidden, lacks = _hidden(value, pools)

    # What a country behind lacks to pass. One without a cell has none of services either.
    behind = value - countries.values[~free]
    without = countries.lack_services[~free]
    closed = behind[~without]
    open_ = np.sort(np.concatenate([behind[without], lacks]))
    return int(free.sum()) + hidden + _passing(closed, open_, pools)


def certainly_ahead(value: float, others: Numbers, close: float) -> int:
    """Count the countries that are ahead of a value, whatever rounding hides."""
    return int(((others > value) & (np.round(others - value, DIGITS) >= close)).sum())


def could_be_level(others: Numbers, value: float, close: float) -> Numbers:
    """Tell which values are ahead of one, or could be before they were rounded."""
    return (others >= value) | (np.round(value - others, DIGITS) < close)


def largest_hidden(value: float, groups: Numbers) -> Numbers:
    """Count for each group how many countries in it can each have more than a value."""
    return np.maximum(np.ceil(groups / value) - 1, 0).astype(int)


def _hidden(value: float, pools: Pools) -> tuple[int, Numbers]:
    """
    Count the countries without a cell that their groups put ahead, and say what more of them lack.

    There are never more of them than there are countries without a cell.
    """
    counts = largest_hidden(value, pools.groups)
    ahead = min(int(counts.sum()), pools.unseen)

    # One more in a group begins with what the others leave of it, any other with nothing.
    left = pools.groups - counts * value
    most = min(pools.unseen - ahead, int((pools.unallocated + pools.services) // value) + 1)
    lacks = np.sort(np.concatenate([value - left, np.full(most, value)]))
    return ahead, lacks[:most]


def _passing(closed: Numbers, open_: Numbers, pools: Pools) -> int:
    """
    Count the most countries that can pass: one by the unallocated trade, the open ones by services.

    Each needs more than it lacks, so that what they lack together is less than the pool.
    """
    together = np.cumsum(open_)
    by_services = int(np.searchsorted(together, pools.services, side="left"))
    best = by_services + bool((closed < pools.unallocated).any())

    # Or an open one has the unallocated trade, best the one that lacks most.
    for count, lack in enumerate(open_, start=1):
        before = together[count - 1] - lack
        if lack < pools.unallocated:
            passes = count == 1 or before < pools.services
        else:
            passes = before + lack - pools.unallocated < pools.services
        if not passes:
            break
        best = max(best, count)
    return best
