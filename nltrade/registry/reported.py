"""Read reported figures, the shipped ones or a user's own, and check the file before anything runs."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from nltrade import registry
from nltrade.errors import RegistryError, UnknownName
from nltrade.registry.entries import Claim, Document
from nltrade.registry.reading import convert, known, read, sections, wrong


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
    if not entries:
        raise RegistryError(f"{path.name}: no claim found. Write each one as a section [claims.<id>].")
    found = {}
    for id, fields in entries.items():
        cited = [fields.get("document", ""), *fields.get("also", [])] if isinstance(fields, dict) else []
        sources = [documents[known(name, documents, path.name, id, "document")] for name in cited]
        first, *also = msgspec.to_builtins(sources) or [None]
        found[id] = convert(path, id, {**fields, "document": first, "also": also} if cited else fields, Claim)
        _check_claim(found[id], path.name)
    return found


def _check_claim(claim: Claim, file: str) -> None:
    try:
        registry.partner(claim.partner)
        for other in claim.behind:
            registry.partner(other)
        kind = registry.product(claim.product).kind
    except UnknownName as error:
        raise wrong(file, claim.id, str(error)) from None
    if claim.note is not None:
        known(claim.note, registry.notes(), file, claim.id, "note")
    spans = {t.id: f"{t.first}-{t.last}" for t in registry.tables().values() if t.kind == kind}
    if not any(registry.tables()[id].covers(str(claim.year)) for id in spans):
        spanned = ", ".join(f"{id} {span}" for id, span in spans.items())
        raise wrong(file, claim.id, f"year = {claim.year}: no {kind} table covers it ({spanned})")
    if (claim.operator == "is") != (claim.measure == "place"):
        raise wrong(file, claim.id, 'the operator "is" belongs to the measure "place", and to it alone')
    if claim.measure == "place" and (claim.threshold < 1 or claim.threshold % 1):
        raise wrong(file, claim.id, f"threshold = {claim.threshold:g}: a place is a whole number from 1 up")
    if claim.operator == "just above" and not (claim.upto and claim.upto > claim.threshold):
        raise wrong(file, claim.id, '"just above" needs `upto`, the next figure one would have named')
    if claim.operator == "rounds to" and not (claim.precision and claim.precision > 0):
        raise wrong(file, claim.id, '"rounds to" needs `precision`, the step the figure was rounded to')
    if claim.measure == "share" and not 0 <= claim.threshold <= 100:
        raise wrong(file, claim.id, f"threshold = {claim.threshold:g}: a share is a percentage from 0 to 100")
