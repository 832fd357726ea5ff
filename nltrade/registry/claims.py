"""Read reported figures, the shipped ones or a user's own, and check the file before anything runs."""

from collections.abc import Mapping
from datetime import date
from math import isfinite
from pathlib import Path

import msgspec

from nltrade import registry
from nltrade.errors import NoData, RegistryError, UnknownName
from nltrade.registry.entries import Claim, Document
from nltrade.registry.toml import convert, known, read, sections, wrong
from nltrade.report import Entries


def claims(file: Path | None = None) -> Mapping[str, Claim]:
    """
    Read the reported figures to check, and check the file itself before anything runs.

    Parameters
    ----------
    file : path, optional
        A claims file of your own; the shipped one by default. `nltrade/registry/claims.toml` explains each field.

    Returns
    -------
    mapping of str to Claim
        By their ids, in the order of the file. It prints as a table; `nltrade.show` gives that in Dutch too.

    Raises
    ------
    RegistryError
        An entry has a wrong field, operator, partner, year or number. The message names it and the remedy.

    Examples
    --------
    >>> claims()["imports-2012"].threshold
    20000.0
    """
    path = registry.FOLDER / "claims.toml" if file is None else Path(file)
    documents = read(path, "documents", Document)
    entries = sections(path).get("claims", {})
    if not entries or not isinstance(entries, dict):
        raise RegistryError(
            f"{path.name}: no claim found. Write each one as a section [claims.<id>]."
        )
    found: Entries[Claim] = Entries()
    for id, fields in entries.items():
        if not isinstance(fields, dict):
            raise wrong(path.name, id, f"expected a section with fields, found {fields!r}")
        also = fields.get("also", [])
        if not isinstance(also, list):
            raise wrong(path.name, id, f'also = {also!r}: write a list, such as ["report"]')
        cited = [
            known(name, documents, path.name, id, "document")
            for name in [fields.get("document", ""), *also]
        ]
        first, *others = msgspec.to_builtins([documents[name] for name in cited])
        found[id] = convert(path, id, {**fields, "document": first, "also": others}, Claim)
        _check_claim(found[id], path.name)
    return found


def claims_about(
    partner: str, year: int, known_claims: Mapping[str, Claim] | None = None
) -> list[Claim]:
    """
    Choose the claims about one partner and year.

    Parameters
    ----------
    partner : str
        ISO code.
    year : int
        Year.
    known_claims : mapping of str to Claim, optional
        Claims to choose from; the shipped ones by default.

    Returns
    -------
    list of Claim

    Raises
    ------
    NoData
        Claims were given, but none is about that partner and year.
    """
    among = claims() if known_claims is None else known_claims
    found = [
        c for c in among.values() if registry.partner(c.partner).id == partner and c.year == year
    ]
    if known_claims is not None and not found:
        there = ", ".join(
            sorted({f"{registry.partner(c.partner).id} {c.year}" for c in among.values()})
        )
        raise NoData(f"None of these claims is about {partner} in {year}; they are about {there}.")
    return found


def _check_claim(claim: Claim, file: str) -> None:
    try:
        for name in [claim.partner, *claim.behind]:
            registry.partner(name)
        registry.product(claim.product)
    except UnknownName as error:
        raise wrong(file, claim.id, str(error)) from None
    if claim.note is not None:
        known(claim.note, registry.notes(), file, claim.id, "note")
    for fault in [*_faults_of_subject(claim), *_faults_of_numbers(claim)]:
        raise wrong(file, claim.id, fault)


def _faults_of_subject(claim: Claim) -> list[str]:
    """List what is wrong with the year, the partner or the product of a claim."""
    partner, product = registry.partner(claim.partner), registry.product(claim.product)
    tables = [t for t in registry.tables().values() if t.kind == product.kind]
    spans = ", ".join(f"{t.id} {t.first}-{t.last}" for t in tables)
    if not any(t.covers(str(claim.year)) for t in tables):
        return [f"year = {claim.year}: no {product.kind} table covers it ({spans})"]
    is_place = claim.measure == "place"
    member = is_place and partner.id in registry.eu_members(date(claim.year, 12, 31))
    rules = [
        (
            partner.kind == "reporter",
            f'partner = "{claim.partner}" is the reporter; name the country it trades with',
        ),
        (
            is_place and partner.kind != "country",
            f'partner = "{claim.partner}": a {partner.kind} has no place',
        ),
        (
            member,
            f"{partner.named()} was in the EU at the end of {claim.year}; places are of partners outside it",
        ),
        (
            claim.measure == "share" and product.level == 0,
            f'product = "{product.id}" is the whole; name a part of it',
        ),
    ]
    return [fault for wrong_here, fault in rules if wrong_here]


def _faults_of_numbers(claim: Claim) -> list[str]:
    """List what is wrong with the operator and the numbers of a claim."""
    numbers = {
        "threshold": claim.threshold,
        "upto": claim.upto or 0.0,
        "precision": claim.precision or 0.0,
    }
    if odd := [name for name, number in numbers.items() if not isfinite(number)]:
        return [f"{odd[0]} = {numbers[odd[0]]}: write a number"]
    given, is_place, step = (
        f"threshold = {claim.threshold:g}",
        claim.measure == "place",
        claim.precision or 0.0,
    )
    rules = [
        (
            (claim.operator == "is") != is_place,
            'the operator "is" belongs to the measure "place", and to it alone',
        ),
        (
            is_place and (claim.threshold < 1 or claim.threshold % 1 != 0),
            f"{given}: a place is a whole number from 1",
        ),
        (
            claim.measure == "value" and claim.threshold <= 0,
            f"{given}: a value is above zero, in EUR million",
        ),
        (
            claim.measure == "share" and not 0 <= claim.threshold <= 100,
            f"{given}: a share is between 0 and 100 percent",
        ),
        (
            claim.operator == "just above"
            and (claim.upto is None or claim.upto <= claim.threshold),
            '"just above" needs `upto`, the next figure one would have named',
        ),
        (
            claim.operator == "rounds to" and step <= 0,
            '"rounds to" needs `precision`, the step it was rounded to',
        ),
        (
            claim.operator == "rounds to" and step > 0 and claim.threshold % step != 0,
            f"{given} is no multiple of {step:g}",
        ),
    ]
    return [fault for wrong_here, fault in rules if wrong_here]
