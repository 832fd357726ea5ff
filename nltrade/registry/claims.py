"""Read reported figures, the shipped ones or a user's own, and check the file first."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import Any

import msgspec

from nltrade import registry
from nltrade.errors import NoData, RegistryError, UnknownName
from nltrade.registry.entries import Claim, Document
from nltrade.registry.toml import convert, known, read, shortly, written, wrong
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
    documents = read(path, "documents", Document)

    found: Entries[Claim] = Entries()
    for id, fields in written(path, "claims").items():
        found[id] = convert(path, id, _with_documents(path, id, fields, documents), Claim)
        _check_claim(found[id], path.name)

    if not found:
        raise RegistryError(
            f"{path.name}: no claim found. Write each one as a section [claims.<id>]."
        )
    return found


def _with_documents(path: Path, id: str, fields: Any, documents: Mapping[str, Document]) -> Any:
    """Put the documents that a claim names in the place of their names."""
    if not isinstance(fields, dict):
        return fields  # refused with the other wrong ones

    also = fields.get("also", [])
    if not isinstance(also, list):
        given = shortly(also)
        raise wrong(path.name, id, f'also = {given}: write a list, such as ["report"]')

    cited = [
        known(name, documents, path.name, id, "document")
        for name in [fields.get("document", ""), *also]
    ]
    first, *others = msgspec.to_builtins([documents[name] for name in cited])
    return {**fields, "document": first, "also": others}


def _check_claim(claim: Claim, file: str) -> None:
    """Refuse a claim with a name that does not exist, or parts that do not go together."""
    try:
        for name in [claim.partner, *claim.behind]:
            registry.partner(name)
        registry.product(claim.product)
    except UnknownName as error:
        raise wrong(file, claim.id, str(error)) from None

    if claim.note is not None:
        known(claim.note, registry.notes(), file, claim.id, "note")
    for fault in chain(
        _faults_of_subject(claim), _faults_of_place(claim), _faults_of_numbers(claim)
    ):
        raise wrong(file, claim.id, fault)


def _faults_of_subject(claim: Claim) -> Iterator[str]:
    """List what is wrong with the year, the partner or the product of a claim."""
    partner, product = registry.partner(claim.partner), registry.product(claim.product)
    tables = [table for table in registry.tables().values() if table.kind == product.kind]
    given = f'partner = "{claim.partner}"'

    if len(str(claim.year)) != 4 or not any(table.covers(str(claim.year)) for table in tables):
        spans = ", ".join(f"{table.id} {table.first}-{table.last}" for table in tables)
        yield f"year = {shortly(claim.year)}: no {product.kind} table covers it ({spans})"
    if partner.kind == "reporter":
        yield f"{given} is the reporter; name the country it trades with"
    if claim.flow == "balance" and claim.measure != "value":
        yield 'flow = "balance" takes measure = "value": exports less imports, in EUR million'

    if claim.measure != "share":
        if claim.of != "all products":
            yield '`of` belongs to measure = "share"'
    elif claim.of == "all products" and product.level == 0:
        yield (
            f'product = "{product.id}" is the whole; name a part of it, or write '
            'of = "all partners" for a share of the trade with all countries'
        )
    elif claim.of == "all partners" and partner.id == "WORLD":
        yield f"{given} is the whole; name a part of it"
    elif claim.of == "export" and claim.flow not in ("re-export", "domestic export"):
        yield 'of = "export" takes flow = "re-export" or "domestic export"'


def _faults_of_place(claim: Claim) -> Iterator[str]:
    """List what is wrong with the partners that a place is among, or behind."""
    partner = registry.partner(claim.partner)
    if claim.measure != "place":
        if claim.behind:
            yield '`behind` belongs to measure = "place"'
        if claim.among != "outside EU":
            yield '`among` belongs to measure = "place"'
        return

    if partner.kind != "country":
        yield f'partner = "{claim.partner}": a {partner.kind} has no place'

    is_member = partner.id in registry.eu_members(date(claim.year, 12, 31))
    place_among = f"in the EU at the end of {claim.year}; its place is one among"
    if claim.among == "outside EU" and is_member:
        yield f'{partner.named()} was {place_among} = "inside EU", or among = "all" countries'
    if claim.among == "inside EU" and not is_member:
        yield f'{partner.named()} was not {place_among} = "outside EU", or among = "all" countries'

    if claim.behind and claim.operator != "is":
        yield '`behind` belongs to operator = "is"'
    elif claim.behind and len(claim.behind) != claim.threshold - 1:
        yield f"behind = {claim.behind}: place {claim.threshold:g} has others in front"


def _faults_of_numbers(claim: Claim) -> Iterator[str]:
    """List what is wrong with the operator and the numbers of a claim."""
    step, is_place = claim.precision or 0.0, claim.measure == "place"
    numbers = {"threshold": claim.threshold, "upto": claim.upto or 0.0, "precision": step}
    most = MOST.get(claim.measure, 1e3)
    for name, number in numbers.items():
        if not isfinite(number):
            yield f"{name} = {number}: write a number"
        if abs(number) > most:
            unit = " EUR million" if claim.measure == "value" else ""
            yield f"{name} = {number:g} is too large; write at most {most:,.0f}{unit}"

    given = f"threshold = {claim.threshold:g}"
    if (claim.operator in ("is", "in the top")) != is_place:
        yield 'a place takes the operator "is" or "in the top", and no other measure does'
    if is_place and (claim.threshold < 1 or claim.threshold % 1 != 0):
        yield f"{given}: a place is a whole number from 1"
    if claim.measure == "value" and claim.flow != "balance" and claim.threshold <= 0:
        yield f"{given}: a value is above zero, in EUR million"
    if claim.measure == "share" and not 0 <= claim.threshold <= 100:
        yield f"{given}: a share is between 0 and 100 percent"

    away = -1 if claim.threshold < 0 else 1  # a fall, or a deficit, is "just above" downwards
    if claim.operator == "just above" and (
        claim.upto is None or away * claim.upto <= away * claim.threshold
    ):
        yield '"just above" needs `upto`, the next figure one would have named'
    if claim.operator == "rounds to" and step <= 0:
        yield '"rounds to" needs `precision`, the step it was rounded to'
    elif claim.operator == "rounds to" and exact(claim.threshold) % exact(step):
        yield f"{given} is no multiple of {step:g}"
