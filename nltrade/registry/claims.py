"""Read reported figures, the shipped ones or a user's own, and check the file first."""

from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from pathlib import Path

from nltrade import registry
from nltrade.errors import NoData
from nltrade.registry.entries import CLAIMS, Claim
from nltrade.registry.toml import read_sections, shortly, unknown
from nltrade.report import Entries
from nltrade.rounding import exact

MOST = {"value": 3e7, "growth": 1e6}  # million euro (all trade of the world); percent


def claims(
    file: str | Path | Mapping[str, Claim] | None = None,
    *,
    partner: str | None = None,
    year: int | str | None = None,
) -> Mapping[str, Claim]:
    """
    Read the reported figures to check, and check the file itself before anything runs.

    Parameters
    ----------
    file : path or mapping of str to Claim, optional
        A claims file of your own, or claims that were read already; the mission's file by default.
        `nltrade/registry/claims.toml` explains each field.
    partner : str, optional
        ISO code or name: only the claims about this partner.
    year : int or str, optional
        Only the claims about this year.

    Returns
    -------
    mapping of str to Claim
        By their ids, in the order of the file. It prints as a table; `nltrade.show` gives that in
        Dutch too. Of the mission's claims it may be empty, where none is about a partner and year.

    Raises
    ------
    RegistryError
        An entry has a wrong field, operator, partner, year or number. The message names it and the
        remedy.
    NoData
        None of the claims of your own is about that partner and year.

    Examples
    --------
    >>> claims()["imports-2012"].threshold
    20000.0
    >>> len(claims(partner="Russia", year=2012)), len(claims(partner="China", year=2019))
    (8, 0)
    """
    listed = file if isinstance(file, Mapping) else _read(file)
    if partner is None and year is None:
        return listed

    id = None if partner is None else registry.partner(partner).id
    found: Entries[Claim] = Entries()
    for name, claim in listed.items():
        is_about = id in (None, registry.partner(claim.partner).id)
        if is_about and (year is None or str(claim.year) == str(year)):
            found[name] = claim

    if file is not None and not found:
        about = sorted({f"{registry.partner(c.partner).id} {c.year}" for c in listed.values()})
        asked = " in ".join(str(part) for part in (id, year) if part is not None)
        raise NoData(f"None of these claims is about {asked}; they are about {', '.join(about)}.")
    return found


def _read(file: str | Path | None) -> Entries[Claim]:
    """Read and check a claims file."""
    path = registry.FOLDER / "claims.toml" if file is None else Path(file)
    return Entries(read_sections(path, CLAIMS, _faults))


def _faults(claim: Claim) -> Iterator[str]:
    """List names that do not exist, and parts that do not go together."""
    for name in [claim.partner, *claim.behind]:
        registry.partner(name)
    registry.product(claim.product)
    if claim.note is not None:
        yield from unknown(claim.note, registry.notes(), "note")

    # What is told first would make nonsense of what is looked at next.
    yield from _faults_of_subject(claim)
    yield from _faults_of_share(claim)
    yield from _faults_of_place(claim)
    yield from _faults_of_numbers(claim)
    yield from _faults_of_operator(claim)


def _faults_of_subject(claim: Claim) -> Iterator[str]:
    """List what is wrong with the year, the partner or the flow of a claim."""
    kind, year = registry.product(claim.product).kind, str(claim.year)
    tables = [table for table in registry.tables().values() if table.kind == kind]
    if len(year) != 4 or not any(table.covers(year) for table in tables):
        spans = ", ".join(f"{table.id} {table.first}-{table.last}" for table in tables)
        yield f"year = {shortly(claim.year)}: no {kind} table covers it ({spans})"
    if not registry.tables_with(products=[registry.product(claim.product).id]):
        yield f'product = "{claim.product}" is in no table of CBS; write a SITC code, such as "3"'

    if registry.partner(claim.partner).kind == "reporter":
        yield f'partner = "{claim.partner}" is the reporter; name the country it trades with'
    if claim.flow == "balance" and claim.measure != "value":
        yield 'flow = "balance" takes measure = "value": exports less imports, in EUR million'


def _faults_of_share(claim: Claim) -> Iterator[str]:
    """List what is wrong with the whole that a share is of."""
    if claim.measure != "share":
        if claim.of != "all products":
            yield '`of` belongs to measure = "share"'
        return

    partner, product = registry.partner(claim.partner), registry.product(claim.product)
    if claim.of == "all products" and not product.level:
        yield (
            f'product = "{product.id}" is the whole; name a part of it, or write of = "all '
            'partners" for a share of the trade with all countries'
        )
    if claim.of == "all partners" and partner.id == "WORLD":
        yield f'partner = "{claim.partner}" is the whole; name a part of it'
    if claim.of == "export" and claim.flow not in ("re-export", "domestic export"):
        yield 'of = "export" takes flow = "re-export" or "domestic export"'


def _faults_of_place(claim: Claim) -> Iterator[str]:
    """List what is wrong with the partners that a place is among, or behind."""
    if claim.measure != "place":
        if claim.behind:
            yield '`behind` belongs to measure = "place"'
        if claim.among != "outside EU":
            yield '`among` belongs to measure = "place"'
        return

    partner, front = registry.partner(claim.partner), len(claim.behind)
    if partner.kind != "country":
        yield f'partner = "{claim.partner}": a {partner.kind} has no place'

    is_member = partner.id in registry.eu_members(date(claim.year, 12, 31))
    side = "inside EU" if is_member else "outside EU"
    if claim.among not in (side, "all"):
        yield (
            f"{partner.named()} was {'' if is_member else 'not '}in the EU at the end of "
            f'{claim.year}; its place is one among = "{side}", or among = "all" countries'
        )

    if front and claim.operator != "is":
        yield '`behind` belongs to operator = "is"'
    if front and front != claim.threshold - 1:
        yield f"behind = {claim.behind}: place {claim.threshold:g} has others in front"
    ahead = [registry.partner(name) for name in claim.behind]
    if len({partner.id, *(each.id for each in ahead)}) <= front:
        yield f"behind = {claim.behind}: name each country in front once, and {partner.id} not"
    for each in ahead:
        if each.kind != "country":
            yield f'behind: "{each.id}" is a {each.kind}; only countries are in front'


def _faults_of_numbers(claim: Claim) -> Iterator[str]:
    """List the numbers of a claim that are none, or larger than any can be."""
    unit = " EUR million" if claim.measure == "value" else ""
    most = MOST.get(claim.measure, 1e3)
    for name in ("threshold", "upto", "precision"):
        number = getattr(claim, name) or 0.0
        if not isfinite(number):
            yield f"{name} = {number}: write a number"
        if abs(number) > most:
            yield f"{name} = {number:g} is too large; write at most {most:,.0f}{unit}"


def _faults_of_operator(claim: Claim) -> Iterator[str]:
    """List what does not fit in the operator, the measure and the threshold of a claim."""
    threshold, is_place = claim.threshold, claim.measure == "place"
    given = f"threshold = {threshold:g}"

    if (claim.operator in ("is", "in the top")) != is_place:
        yield 'a place takes the operator "is" or "in the top", and no other measure does'
    if is_place and (threshold < 1 or threshold % 1 > 0):
        yield f"{given}: a place is a whole number from 1"
    if claim.measure == "value" and claim.flow != "balance" and threshold <= 0:
        yield f"{given}: a value is above zero, in EUR million"
    if claim.measure == "share" and not 0 <= threshold <= 100:
        yield f"{given}: a share is between 0 and 100 percent"

    if claim.operator == "just above":
        away = -1 if threshold < 0 else 1  # a fall, or a deficit, is "just above" downwards
        if claim.upto is None or away * claim.upto <= away * threshold:
            yield '"just above" needs `upto`, the next figure one would have named'
    if claim.operator == "rounds to":
        step = claim.precision or 0.0
        if step <= 0:
            yield '"rounds to" needs `precision`, the step it was rounded to'
        elif exact(threshold) % exact(step) != 0:
            yield f"{given} is no multiple of {step:g}"

    for name, operator in (("upto", "just above"), ("precision", "rounds to")):
        if getattr(claim, name) is not None and claim.operator != operator:
            yield f'`{name}` belongs to operator = "{operator}"'
