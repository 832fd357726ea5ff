"""Read the sectors that a mission named, and the figures that others published about them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import permutations
from pathlib import Path

from nltrade import registry
from nltrade.registry.entries import PUBLISHED, SECTORS, Kind, Product, Published, Sector
from nltrade.registry.toml import read_sections
from nltrade.report import Entries

KINDS: tuple[Kind, Kind] = ("goods", "services")
REMAINDER = "remainder"  # in the place of a sector: what belongs to none

# The fields of a sector that hold codes, with one that fits.
FIELDS = {"goods": "33", "services": "SI", "bpm5": "EBOPS-262", "hs": "HS27", "hs_parts": "HS27"}


def sectors(file: str | Path | Mapping[str, Sector] | None = None) -> Mapping[str, Sector]:
    """
    Read the sectors and their definitions, and check them against the classification.

    Parameters
    ----------
    file : path or mapping of str to Sector, optional
        A sector file of your own, or sectors that were read already; the sectors of the mission of
        2013 by default. `nltrade/registry/sectors.toml` explains each field.

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
    if isinstance(file, Mapping):
        return file
    return Entries(_shipped()) if file is None else _read(Path(file))


@cache
def _shipped() -> Mapping[str, Sector]:
    return _read(registry.FOLDER / "sectors.toml")


def _read(path: Path) -> Entries[Sector]:
    """Read and check a sector file."""
    return Entries(read_sections(path, SECTORS, _faults))


def published(file: Path | None = None) -> Mapping[str, Published]:
    """
    Read the figures that offices, ministries and newspapers published.

    Parameters
    ----------
    file : path, optional
        A file of your own, like `nltrade/registry/published.toml`.

    Returns
    -------
    mapping of str to Published
        By their ids, in the order of the file. It prints as a table.

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
    return Entries(read_sections(path, PUBLISHED, _faults_of_figure))


def _faults_of_figure(figure: Published) -> Iterator[str]:
    registry.partner(figure.partner)
    yield from _twice([registry.product(code).id for code in figure.codes])


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


def _twice(codes: list[str]) -> Iterator[str]:
    """Say which code is inside another one, or there twice."""
    for part, whole in permutations(codes, 2):
        if contains(whole, part):
            yield f"{part} is inside {whole} and would count twice; leave one out"


def _faults(sector: Sector) -> Iterator[str]:
    """List what is wrong with the classes of a sector, or with what is said of them."""
    if sector.id == REMAINDER:
        yield "this name is kept for what belongs to no sector; choose another"

    for name, example in FIELDS.items():
        for product in map(registry.product, getattr(sector, name)):
            told = f"{product.id} ({product.en})"
            if not product.level:
                yield f"{told} is no part, but the whole; name a part of it"
            field = _field(product)
            if field != name.removesuffix("_parts"):
                yield f"{told} is a class of {field}; write it under `{field}`. Here: {example}"
        yield from _twice(getattr(sector, name))
    if not set(sector.hs_parts) <= set(sector.hs):
        yield "hs_parts names chapters that are not in hs; leave them out"

    for name in (*KINDS, "hs"):
        codes, coverage = getattr(sector, name), getattr(sector, f"{name}_coverage")
        if bool(codes) == (coverage == "none"):
            remedy = "leave the codes out" if codes else "name the codes, or write none"
            yield f'{name}_coverage = "{coverage}" with {len(codes)} codes; {remedy}'


def _field(product: Product) -> str:
    """Tell in which field of a sector a code belongs."""
    of_others = {"HS": "hs", "EBOPS": "bpm5"}
    found = (field for start, field in of_others.items() if product.id.startswith(start))
    return next(found, product.kind)
