"""Invented worlds, small enough to try every case: an oracle for best and worst places."""

from itertools import chain, combinations, product
from typing import NamedTuple


class World(NamedTuple):
    """What is known of one side of the EU's border, in whole numbers."""

    others: list[int]  # countries with a cell, the ranked one left out
    lack_services: list[bool]  # which of them could have more, in services
    groups: list[int]  # sums of countries without a cell
    gift: int  # trade that is one partner's, and nobody knows whose
    services: int  # services of all that have no services cell
    unseen: int  # how many countries have no cell


def subsets(things):
    return chain.from_iterable(combinations(things, size) for size in range(len(things) + 1))


def most_ahead(own: int, world: World) -> int:
    """How many can be ahead at once, by trying every set of them and every owner of the gift."""
    level = [value >= own for value in world.others]
    behind = [at for at in range(len(world.others)) if not level[at]]
    places = range(len(world.groups) + 1)  # the last one: in no group
    most = 0
    for counts in product(range(world.unseen + 1), repeat=len(places)):
        if sum(counts) > world.unseen:
            continue
        hidden = [place for place in places for _ in range(counts[place])]
        for chosen in subsets(behind):
            # A country: what it needs, the group that can pay for it, whether services can.
            wanted = [(own - world.others[at], None, world.lack_services[at]) for at in chosen]
            wanted += [(own, place, True) for place in hidden]
            if len(wanted) > most and _can_all_pass(wanted, world):
                most = len(wanted)
    return sum(level) + most


def _can_all_pass(wanted, world: World) -> bool:
    return any(
        _are_paid(wanted[:owner] + wanted[owner + 1 :] if gets_all else given, world)
        for owner in range(-1, len(wanted))
        for given, gets_all in [_with_gift(wanted, owner, world.gift)]
    )


def _with_gift(wanted, owner: int, gift: int):
    """Give the gift to one; who has more than enough of it wants nothing any more."""
    if owner < 0:
        return wanted, False
    need, place, services = wanted[owner]
    given = [*wanted[:owner], (need - gift, place, services), *wanted[owner + 1 :]]
    return given, need < gift


def _are_paid(wanted, world: World) -> bool:
    """Every set of them together has to want less than all that can pay for any of it."""
    for some in subsets(wanted):
        if not some:
            continue
        payers = {place for _, place, _ in some if place is not None and place < len(world.groups)}
        there = sum(world.groups[place] for place in payers)
        there += world.services if any(services for _, _, services in some) else 0
        if sum(need for need, _, _ in some) >= there:
            return False
    return True
