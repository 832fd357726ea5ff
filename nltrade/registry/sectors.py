"""Read the sectors that a mission named, and the figures that others published about them."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from nltrade import registry
from nltrade.errors import RegistryError, UnknownName
from nltrade.registry.entries import Kind, Published, Sector, Text
from nltrade.registry.toml import convert, known, read, written, wrong
from nltrade.report import Entries

KINDS: tuple[Kind, Kind] = ("goods", "services")


def sectors(file: Path | None = None) -> Mapping[str, Sector]:
    """
    Read the sectors and their definitions, and check them against the classification.

    Parameters
    ----------
    file : path, optional
        A sector file of your own; the sectors of the mission of 2013 by default.
        `nltrade/registry/sectors.toml` explains each field.

    Returns
    -------
    mapping of str to Sector
        By their ids, in the order of the file. It prints as a table; `nltrade.show` gives that in
        Dutch too.

    Raises
    ------
    RegistryError
        A code is not in the classification, stands beside its own parent, or is of the other kind;
        a coverage or its note is missing or does not fit. The message names the entry and the
        remedy.

    Examples
    --------
    >>> sectors()["oil"].goods, sectors()["oil"].goods_coverage
    (['33'], 'direct')
    """
    return Entries(_shipped()) if file is None else _read(Path(file))


@cache
def _shipped() -> Mapping[str, Sector]:
    return _read(registry.FOLDER / "sectors.toml")


def _read(path: Path) -> Mapping[str, Sector]:
    """Read the sectors of a file."""
    groups = read(path, "groups", Text)
    found: Entries[Sector] = Entries()
    for id, fields in written(path, "sectors").items():
        if isinstance(fields, dict):
            group = known(fields.get("group"), groups, path.name, id, "group")
            fields = {**fields, "group": msgspec.to_builtins(groups[group])}  # noqa: PLW2901
        found[id] = convert(path, id, fields, Sector)
        for fault in _faults(found[id]):
            raise wrong(path.name, id, fault)
    if not found:
        raise RegistryError(
            f"{path.name}: no sector found. Write each one as a section [sectors.<id>]."
        )
    return found


def published(file: Path | None = None) -> Mapping[str, Published]:
    """
    Read the figures that offices, ministries and newspapers published.

    Parameters
    ----------
    file : path, optional
        A file of your own, like the shipped `nltrade/registry/published.toml`.

    Returns
    -------
    mapping of str to Published
        By their ids, in the order of the file.

    Raises
    ------
    RegistryError
        An entry has a wrong field, code or partner.

    Examples
    --------
    >>> found = [figure for figure in published().values() if figure.same_as == "dairy-2013"]
    >>> sorted(figure.value_meur for figure in found)
    [250.0, 257.0, 300.0]
    """
    path = registry.FOLDER / "published.toml" if file is None else Path(file)
    found = read(path, "published", Published)
    for figure in found.values():
        try:
            registry.partner(figure.partner)
            codes = [registry.product(code).id for code in figure.codes]
        except UnknownName as error:
            raise wrong(path.name, figure.id, str(error)) from None
        if (twice := _inside_another(codes)) is not None:
            raise wrong(
                path.name,
                figure.id,
                f"{twice[0]} is inside {twice[1]} and would count twice; leave one out",
            )
    return found


def published_about(partner: str, years: Iterable[int | str]) -> Mapping[str, Published]:
    """
    Choose the published figures about one partner and some years.

    Parameters
    ----------
    partner : str
        ISO code or name.
    years : iterable of int or str
        The years that a figure is of, or begins in.

    Returns
    -------
    mapping of str to Published

    Examples
    --------
    >>> sorted({figure.period for figure in published_about("Russia", [2012]).values()})
    ['2012', '2012-Q1']
    """
    id, asked = registry.partner(partner).id, {str(year) for year in years}
    return {
        key: figure
        for key, figure in published().items()
        if registry.partner(figure.partner).id == id and figure.period[:4] in asked
    }


def contains(whole: str, part: str) -> bool:
    """
    Tell whether a product holds another, or is it.

    Examples
    --------
    >>> contains("3", "333"), contains("TOTAL", "333"), contains("33", "3"), contains("SC", "SC1")
    (True, True, False, True)
    """
    goods = part.isdigit() or part.startswith("HS")
    return part.startswith(whole) or (whole == "TOTAL" and goods)


def union(codes: Iterable[str]) -> list[str]:
    """
    Leave out the codes that are inside another one, so that each good counts once.

    Examples
    --------
    >>> union(["33", "3", "744", "74"])
    ['3', '74']
    """
    listed = list(dict.fromkeys(codes))
    return [
        code
        for code in listed
        if not any(contains(other, code) for other in listed if other != code)
    ]


def _inside_another(codes: list[str]) -> tuple[str, str] | None:
    pairs = [
        (part, whole)
        for part in codes
        for whole in codes
        if part != whole and contains(whole, part)
    ]
    if len(set(codes)) < len(codes):
        twice = next(code for code in codes if codes.count(code) > 1)
        pairs.append((twice, twice))
    return pairs[0] if pairs else None


def _of_chapters(sector: Sector) -> list[str]:
    """List what is wrong with the chapters and the older classes of services of a sector."""
    chapters = [*sector.hs, *sector.hs_parts]
    strange = [c for c in chapters if c not in registry.products() or not c.startswith("HS")]
    strange += [c for c in sector.bpm5 if registry.products().get(c) is None]
    faults = [f"{code} is no chapter of hs.toml, or no class of services" for code in strange]
    if not set(sector.hs_parts) <= set(sector.hs):
        faults.append("hs_parts names chapters that are not in hs; leave them out")
    if bool(sector.hs) == (sector.hs_coverage == "none"):
        remedy = "leave the chapters out" if sector.hs else "name the chapters, or write none"
        faults.append(f'hs_coverage = "{sector.hs_coverage}" with {len(sector.hs)}; {remedy}')
    return faults


def _faults(sector: Sector) -> list[str]:
    faults = []
    for kind in KINDS:
        codes, coverage = sector.codes(kind), sector.coverage(kind)
        for code in codes:
            try:
                product = registry.product(code)
            except UnknownName as error:
                return [f"{kind} = {codes}: {error}"]
            if product.kind != kind:
                faults.append(
                    f"{code} ({product.en}) is a class of {product.kind}; "
                    f"write it under `{product.kind}`"
                )
        if (twice := _inside_another(codes)) is not None:
            faults.append(f"{twice[0]} is inside {twice[1]} and would count twice; leave one out")
        if bool(codes) == (coverage == "none"):
            remedy = "leave the codes out" if codes else "name the codes, or write none"
            faults.append(f'{kind}_coverage = "{coverage}" with {len(codes)} codes; {remedy}')
    faults += _of_chapters(sector)
    if not sector.about_en.strip() or not sector.about_nl.strip():
        faults.append("about_en and about_nl say what the codes leave out; write one sentence each")
    return faults
