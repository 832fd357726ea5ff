"""Read reported figures, the shipped ones or a user's own, and check the file first."""

from collections.abc import Iterator, Mapping
from datetime import date
from math import isfinite
from pathlib import Path

from nltrade import registry
from nltrade.errors import NoData
from nltrade.registry.entries import Claim, Document
from nltrade.registry.toml import read, shortly, unknown
from nltrade.report import Entries
from nltrade.rounding import exact

MOST = {"value": 3e7, "growth": 1e6}  # million euro (all trade of the world); percent


def claims(
    file: str | Path | Mapping[str, Claim] | None = None,
    *,
    partner: str | None = None,
    year: int | None = None,
) -> Mapping[str, Claim]:
    """
    Read the reported figures to check, and check the file itself before anything runs.

    Parameters
    ----------
    file : path or mapping of str to Claim, optional
        A claims file of your own, or claims that were read already; the shipped file by default.
        `nltrade/registry/claims.toml` explains each field.
    partner : str, optional
        ISO code or name: only the claims about this partner.
    year : int, optional
        Only the claims about this year.

    Returns
    -------
    mapping of str to Claim
        By their ids, in the order of the file. It prints as a table; `nltrade.show` gives that in
        Dutch too. Of the shipped claims it may be empty, where none is about a partner and year.

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
        if id in (None, registry.partner(claim.partner).id) and year in (None, claim.year):
            found[name] = claim

    if file is not None and not found:
        about = sorted({f"{registry.partner(c.partner).id} {c.year}" for c in listed.values()})
        asked = " in ".join(str(part) for part in (id, year) if part is not None)
        raise NoData(f"None of these claims is about {asked}; they are about {', '.join(about)}.")
    return found


def _read(file: str | Path | None) -> Entries[Claim]:
    """Read and check a claims file."""
    path = registry.FOLDER / "claims.toml" if file is None else Path(file)
    return Entries(read(path, "claims", Claim, naming=("documents", Document), faults=_faults))


def _faults(claim: Claim) -> Iterator[str]:
    """List names that do not exist, and parts that do not go together."""
    for name in [claim.partner, *claim.behind]:
        registry.partner(name)
    registry.product(claim.product)
    if claim.note is not None:
        yield from unknown(claim.note, registry.notes(), "note")

    # What is told first would make nonsense of what is looked at next.
    for looked_at in (_of_subject, _of_place, _of_numbers, _of_operator):
        yield from (fault for fault, is_so in looked_at(claim).items() if is_so)


def _of_subject(claim: Claim) -> dict[str, bool]:
    """Tell what may be wrong with the year, the partner or the product of a claim."""
    partner, product = registry.partner(claim.partner), registry.product(claim.product)
    tables = [table for table in registry.tables().values() if table.kind == product.kind]
    spans = ", ".join(f"{table.id} {table.first}-{table.last}" for table in tables)
    year, given = str(claim.year), f'partner = "{claim.partner}"'
    is_out = len(year) != 4 or not any(table.covers(year) for table in tables)
    of = claim.of if claim.measure == "share" else None

    return {
        f"year = {shortly(claim.year)}: no {product.kind} table covers it ({spans})": is_out,
        f"{given} is the reporter; name the country it trades with": partner.kind == "reporter",
        'flow = "balance" takes measure = "value": exports less imports, in EUR million': (
            claim.flow == "balance" and claim.measure != "value"
        ),
        '`of` belongs to measure = "share"': of is None and claim.of != "all products",
        f'product = "{product.id}" is the whole; name a part of it, or write of = "all partners" '
        "for a share of the trade with all countries": of == "all products" and not product.level,
        f"{given} is the whole; name a part of it": of == "all partners" and partner.id == "WORLD",
        'of = "export" takes flow = "re-export" or "domestic export"': (
            of == "export" and claim.flow not in ("re-export", "domestic export")
        ),
    }


def _of_place(claim: Claim) -> dict[str, bool]:
    """Tell what may be wrong with the partners that a place is among, or behind."""
    if claim.measure != "place":
        return {
            '`behind` belongs to measure = "place"': bool(claim.behind),
            '`among` belongs to measure = "place"': claim.among != "outside EU",
        }

    partner, front = registry.partner(claim.partner), len(claim.behind)
    is_member = partner.id in registry.eu_members(date(claim.year, 12, 31))
    side = "inside EU" if is_member else "outside EU"
    was = f"{partner.named()} was {'' if is_member else 'not '}in the EU"
    return {
        f'partner = "{claim.partner}": a {partner.kind} has no place': partner.kind != "country",
        f'{was} at the end of {claim.year}; its place is one among = "{side}", or among = "all" '
        "countries": claim.among not in (side, "all"),
        '`behind` belongs to operator = "is"': front > 0 and claim.operator != "is",
        f"behind = {claim.behind}: place {claim.threshold:g} has others in front": (
            front > 0 and front != claim.threshold - 1
        ),
    }


def _of_numbers(claim: Claim) -> dict[str, bool]:
    """Tell which number of a claim is none, or larger than any can be."""
    unit = " EUR million" if claim.measure == "value" else ""
    most = MOST.get(claim.measure, 1e3)
    faults: dict[str, bool] = {}
    for name in ("threshold", "upto", "precision"):
        number = getattr(claim, name) or 0.0
        most_is = f"write at most {most:,.0f}{unit}"
        faults[f"{name} = {number}: write a number"] = not isfinite(number)
        faults[f"{name} = {number:g} is too large; {most_is}"] = abs(number) > most
    return faults


def _of_operator(claim: Claim) -> dict[str, bool]:
    """Tell whether the operator of a claim fits its measure and its numbers."""
    threshold, upto, step = claim.threshold, claim.upto, claim.precision or 0.0
    given, is_place = f"threshold = {threshold:g}", claim.measure == "place"
    is_above, is_round = claim.operator == "just above", claim.operator == "rounds to"
    away = -1 if threshold < 0 else 1  # a fall, or a deficit, is "just above" downwards

    return {
        'a place takes the operator "is" or "in the top", and no other measure does': (
            (claim.operator in ("is", "in the top")) != is_place
        ),
        f"{given}: a place is a whole number from 1": is_place
        and (threshold < 1 or threshold % 1 > 0),
        f"{given}: a value is above zero, in EUR million": (
            claim.measure == "value" and claim.flow != "balance" and threshold <= 0
        ),
        f"{given}: a share is between 0 and 100 percent": (
            claim.measure == "share" and not 0 <= threshold <= 100
        ),
        '"just above" needs `upto`, the next figure one would have named': (
            is_above and (upto is None or away * upto <= away * threshold)
        ),
        '"rounds to" needs `precision`, the step it was rounded to': is_round and step <= 0,
        f"{given} is no multiple of {step:g}": (
            is_round and step > 0 and exact(threshold) % exact(step) != 0
        ),
    }
