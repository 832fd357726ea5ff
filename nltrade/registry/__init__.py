"""
The facts, as data: tables, partners, products, claims, notes.

Each TOML file of this folder is read once, checked, and served as frozen objects. A wrong entry is an error that
names the file, the entry and the remedy. No fact of these kinds stands in code.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_type_hints

import msgspec

from nltrade.errors import RegistryError, UnknownName, close_to

Lang = Literal["en", "nl"]
Kind = Literal["goods", "services"]
Flow = Literal["import", "export", "re-export", "domestic export", "total trade"]
Operator = Literal["just above", "rounds to", "at least", "more than", "at most", "less than", "is"]

FOLDER = Path(__file__).parent
LANGS: tuple[Lang, ...] = get_args(Lang)


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a registry file, known by its id."""

    id: str


class Text(Entry, frozen=True, kw_only=True):
    """A text in both languages: a concept note, a label or a sentence to fill in."""

    en: str
    nl: str

    def text(self, lang: Lang) -> str:
        """Give the text in one language."""
        return self.nl if lang == "nl" else self.en


class Event(Text, frozen=True, kw_only=True):
    """Something that happened in a year, to mark in a chart of the trade with a partner."""

    partner: str
    year: int


class Partner(Entry, frozen=True, kw_only=True):
    """A country, a group or a residual that trade is published for, with its key in each CBS table."""

    kind: Literal["country", "group", "residual", "reporter"]
    en: str | None = None
    nl: str | None = None
    holds: Literal["countries", "unallocated", "no country"] | None = None
    eu: bool | None = None
    eu_from: date | None = None
    eu_until: date | None = None
    keys: dict[str, str] = {}

    def name(self, lang: Lang = "en") -> str:
        """Give the name for display: from the registry, else from Babel by ISO code."""
        own = self.nl if lang == "nl" else self.en
        return own or _territories(lang)[self.id]


class Product(Text, frozen=True, kw_only=True):
    """A product: all goods, a SITC section, division or group, or a class of services."""

    kind: Kind
    level: int
    keys: list[str]


class Break(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change of method between two periods of one table."""

    before: str
    after: str
    note: str


class Table(Text, frozen=True, kw_only=True):
    """A CBS table: what it counts, over which periods, in which columns."""

    kind: Kind
    concept: str
    detail: str
    first: str
    last: str
    unit: str
    status: str
    partner: str
    period: str
    product: str | None = None
    direction: str | None = None
    measures: dict[str, Flow] = {}
    flows: dict[str, Flow] = {}
    breaks: list[Break] = []
    successor: str | None = None
    definitive_until: str | None = None

    def covers(self, period: str) -> bool:
        """Tell whether a period lies in the span of this table."""
        return self.first <= period[:4] <= self.last


class Document(Entry, frozen=True, kw_only=True):
    """Where a reported figure was read."""

    title: str
    publisher: str
    date: str
    address: str | None = None


class Claim(Text, frozen=True, kw_only=True):
    """A reported figure: what was written, where, and what it asserts."""

    wording: str
    document: Document
    measure: Literal["value", "share", "growth", "place"]
    flow: Flow
    partner: str
    year: int
    operator: Operator
    threshold: float
    product: str = "TOTAL"
    upto: float | None = None
    precision: float | None = None
    behind: list[str] = []
    note: str | None = None


E = TypeVar("E", bound=Entry)


@cache
def tables() -> Mapping[str, Table]:
    """
    Give every registered CBS table by its identifier.

    Returns
    -------
    mapping of str to Table

    Examples
    --------
    >>> tables()["83028NED"].concept
    'border crossing'
    """
    found = _read(FOLDER / "tables.toml", "tables", Table)
    for table in found.values():
        if table.unit not in units():
            raise _wrong("tables.toml", table.id, f"unit {table.unit!r} has no factor; add it under [units]")
        if bool(table.measures) == bool(table.flows):
            raise _wrong("tables.toml", table.id, "give either measures, or a direction with flows")
        for gap in table.breaks:
            _known(gap.note, notes(), "tables.toml", table.id, "note")
    return found


@cache
def units() -> Mapping[str, float]:
    """Give the factor that turns each unit CBS uses into million euro."""
    return {unit: float(factor) for unit, factor in _sections(FOLDER / "tables.toml")["units"].items()}


@cache
def partners() -> Mapping[str, Partner]:
    """
    Give every partner, group and residual by its ISO code or slug.

    Returns
    -------
    mapping of str to Partner

    Examples
    --------
    >>> partners()["RU"].name("nl")
    'Rusland'
    """
    found = _read(FOLDER / "partners.toml", None, Partner)
    seen: dict[tuple[str, str], str] = {}
    for partner in found.values():
        if partner.kind == "residual" and partner.holds is None:
            raise _wrong("partners.toml", partner.id, "a residual says what it `holds`")
        for table, key in partner.keys.items():
            _known(table, tables(), "partners.toml", partner.id, "table")
            other = seen.setdefault((table, key), partner.id)
            if other != partner.id:
                raise _wrong("partners.toml", partner.id, f"key {key} of {table} already belongs to {other}")
    return found


@cache
def products() -> Mapping[str, Product]:
    """
    Give every product by its code.

    Returns
    -------
    mapping of str to Product

    Examples
    --------
    >>> products()["3"].en
    'mineral fuels'
    """
    return _read(FOLDER / "products.toml", None, Product)


@cache
def notes() -> Mapping[str, Text]:
    """Give every concept note by its id."""
    return _read(FOLDER / "notes.toml", None, Text)


@cache
def texts() -> Mapping[str, Text]:
    """Give every label and sentence a reader sees, by its id."""
    return _read(FOLDER / "texts.toml", None, Text)


@cache
def events() -> Mapping[str, Event]:
    """Give the events to mark in charts."""
    return _read(FOLDER / "events.toml", "events", Event)


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
    path = FOLDER / "claims.toml" if file is None else Path(file)
    documents = _read(path, "documents", Document)
    entries = _sections(path).get("claims", {})
    if not entries:
        raise RegistryError(f"{path.name}: no claim found. Write each one as a section [claims.<id>].")
    found = {}
    for id, fields in entries.items():
        document = documents.get(_known(fields.get("document", ""), documents, path.name, id, "document"))
        full = {**fields, "document": msgspec.to_builtins(document)}
        found[id] = _convert(path, id, full, Claim)
        _check_claim(found[id], path.name)
    return found


def partner(name: str) -> Partner:
    """
    Find a partner by ISO code, slug, or English or Dutch name.

    Parameters
    ----------
    name : str
        ``"RU"``, ``"Russia"``, ``"Rusland"`` or ``"NON-EU"``; upper or lower case.

    Returns
    -------
    Partner

    Raises
    ------
    UnknownName
        No partner has that code or name.

    Examples
    --------
    >>> partner("rusland").id
    'RU'
    """
    known = partners()
    if name.upper() in known:
        return known[name.upper()]
    by_name = {p.name(lang).lower(): p for p in known.values() for lang in LANGS}
    if name.lower() in by_name:
        return by_name[name.lower()]
    hint = close_to(name, [*known, *by_name])
    for close, match in by_name.items():
        if f"{close!r}?" in hint:
            hint = f" Did you mean {match.id!r} ({match.name()})?"
    raise UnknownName(f"No partner {name!r}.{hint} nltrade.partners() lists all {len(known) - 1}.")


def product(code: str) -> Product:
    """
    Find a product by its code.

    Parameters
    ----------
    code : str
        ``"TOTAL"``, a SITC code such as ``"3"``, or a services class such as ``"S"`` or ``"SC1"``.

    Returns
    -------
    Product

    Raises
    ------
    UnknownName
        The code is not registered.
    """
    known = products()
    if code not in known:
        more = ""
        if code.isdigit() and len(code) in (2, 3):
            more = " SITC divisions and groups by country are in CBS table 7137shih, which is not in the shipped snapshot."
        raise UnknownName(f"No product {code!r}.{close_to(code, known)}{more} Goods: TOTAL, 0 to 9; services: S, SA, …")
    return known[code]


def table(id: str) -> Table:
    """
    Find a registered table.

    Parameters
    ----------
    id : str
        CBS's identifier, case-sensitive.

    Returns
    -------
    Table

    Raises
    ------
    UnknownName
        The table is not registered.
    """
    if id not in tables():
        raise UnknownName(f"No table {id!r}.{close_to(id, tables())} Registered are {', '.join(tables())}.")
    return tables()[id]


def flow(name: str) -> Flow:
    """Check the name of a flow; an unknown one is an error that lists the five."""
    for known in get_args(Flow):
        if name == known:
            return known  # type: ignore[no-any-return]
    raise UnknownName(f"No flow {name!r}.{close_to(name, get_args(Flow))} Flows are {', '.join(get_args(Flow))}.")


def eu_members(on: date) -> frozenset[str]:
    """
    Give the members of the European Union on a day.

    Parameters
    ----------
    on : datetime.date
        The day. An accession or a departure counts from its first day.

    Returns
    -------
    frozenset of str
        ISO 3166-1 alpha-2 codes, the Netherlands among them.

    Notes
    -----
    Dated accessions are in ``partners.toml``. Only members that exist today as states are known, so dates before
    1958 give an empty set.

    Examples
    --------
    >>> from datetime import date
    >>> len(eu_members(date(2012, 12, 31)))
    27
    >>> "GB" in eu_members(date(2012, 12, 31)), "HR" in eu_members(date(2012, 12, 31))
    (True, False)
    """
    return frozenset(
        p.id
        for p in partners().values()
        if p.eu_from and p.eu_from <= on and (p.eu_until is None or on < p.eu_until)
    )


@cache
def _territories(lang: Lang) -> Mapping[str, str]:
    from babel import Locale  # costs as much as the rest of this module; only names for display need it

    return Locale.parse(lang).territories


def _sections(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RegistryError(f"{path}: no such file. Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(f"{path.name}: not valid TOML: {error}. Mend that line and try again.") from None


def _read(path: Path, section: str | None, type: type[E]) -> dict[str, E]:
    entries = _sections(path) if section is None else _sections(path).get(section, {})
    return {id: _convert(path, id, fields, type) for id, fields in entries.items()}


def _convert(path: Path, id: str, fields: Any, type: type[E]) -> E:
    if not isinstance(fields, dict):
        raise _wrong(path.name, id, f"expected a section with fields, found {fields!r}")
    try:
        return msgspec.convert({**fields, "id": id}, type)
    except msgspec.ValidationError as error:
        raise _wrong(path.name, id, _remedy(str(error), fields, type)) from None


def _remedy(error: str, fields: dict[str, Any], type: type[E]) -> str:
    """Turn what msgspec says into what to do: the close field name, the values allowed."""
    known = [name for name in type.__struct_fields__ if name != "id"]
    if unknown := re.search(r"unknown field `(\w+)`", error):
        return f"no field {unknown[1]!r} here.{close_to(unknown[1], known)} Fields are {', '.join(known)}"
    if missing := re.search(r"required field `(\w+)`", error):
        return f"the field {missing[1]!r} is missing; add it"
    name = re.search(r"`\$\.(\w+)", error)
    if name and "Invalid enum value" in error:
        allowed = [str(value) for value in get_args(get_type_hints(type)[name[1]])]
        given = str(fields[name[1]])
        return f"{name[1]} = {given!r} is not known.{close_to(given, allowed)} Write one of: {', '.join(allowed)}"
    if name:
        what, _, _ = error.partition(" - at")
        return f"{name[1]} = {fields.get(name[1])!r}: {what[0].lower()}{what[1:]}"
    return error


def _check_claim(claim: Claim, file: str) -> None:
    try:
        partner(claim.partner)
        for other in claim.behind:
            partner(other)
        kind = product(claim.product).kind
    except UnknownName as error:
        raise _wrong(file, claim.id, str(error)) from None
    if claim.note is not None:
        _known(claim.note, notes(), file, claim.id, "note")
    spans = {t.id: f"{t.first}-{t.last}" for t in tables().values() if t.kind == kind}
    if not any(tables()[id].covers(str(claim.year)) for id in spans):
        spanned = ", ".join(f"{id} {span}" for id, span in spans.items())
        raise _wrong(file, claim.id, f"year = {claim.year}: no {kind} table covers it ({spanned})")
    if (claim.operator == "is") != (claim.measure == "place"):
        raise _wrong(file, claim.id, 'the operator "is" belongs to the measure "place", and to it alone')
    if claim.measure == "place" and (claim.threshold < 1 or claim.threshold % 1):
        raise _wrong(file, claim.id, f"threshold = {claim.threshold:g}: a place is a whole number from 1 up")
    if claim.operator == "just above" and not (claim.upto and claim.upto > claim.threshold):
        raise _wrong(file, claim.id, '"just above" needs `upto`, the next figure one would have named')
    if claim.operator == "rounds to" and not (claim.precision and claim.precision > 0):
        raise _wrong(file, claim.id, '"rounds to" needs `precision`, the step the figure was rounded to')
    if claim.measure == "share" and not 0 <= claim.threshold <= 100:
        raise _wrong(file, claim.id, f"threshold = {claim.threshold:g}: a share is a percentage from 0 to 100")


def _known(name: Any, known: Mapping[str, Any], file: str, id: str, what: str) -> str:
    if name not in known:
        raise _wrong(file, id, f"no {what} {name!r}.{close_to(str(name), known)} Known are {', '.join(known)}")
    return str(name)


def _wrong(file: str, id: str, what: str) -> RegistryError:
    return RegistryError(f"{file}: entry [{id}]: {what}.")
