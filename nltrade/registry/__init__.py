"""
The facts, as data: tables, partners, products, claims, notes.

Each TOML file of this folder is read once, checked, and served as frozen objects. A wrong entry is
an error that names the file, the entry and the remedy. No fact of these kinds stands in code.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from nltrade.errors import UnknownName, close_to
from nltrade.registry.entries import FLOWS, LANGS, Event, Flow, Partner, Product, Table, Text
from nltrade.registry.toml import convert, read, sections, unknown, written, wrong

T = TypeVar("T")

FOLDER = Path(__file__).parent
TABLES = FOLDER / "tables.toml"


@cache
def tables() -> Mapping[str, Table]:
    """
    Give every registered CBS table by its identifier.

    Tables of other sources are in `all_tables`: nothing that goes over "the tables" adds, ranks or
    chooses them.

    Returns
    -------
    mapping of str to Table

    Examples
    --------
    >>> tables()["83028NED"].concept
    'border crossing'
    """
    return {id: table for id, table in all_tables().items() if table.source == "CBS"}


@cache
def all_tables() -> Mapping[str, Table]:
    """Give every registered table by its identifier: those of CBS, then those of UN Comtrade."""
    entries = {id: (TABLES, fields) for id, fields in _file_of_tables()["tables"].items()}

    # A file of the user's own adds tables, or corrects fields of those that are here.
    if own := os.environ.get("NLTRADE_TABLES"):
        for id, fields in written(Path(own), "tables")["tables"].items():
            _, shipped = entries.get(id, (TABLES, {}))
            both = {**shipped, **fields} if isinstance(fields, dict) else fields
            entries[id] = (Path(own), both)

    found = {id: convert(path, id, fields, Table) for id, (path, fields) in entries.items()}
    for id, (path, _) in entries.items():
        for fault in _faults(found[id], found):
            raise wrong(path, id, fault)
    return found


@cache
def _file_of_tables() -> Mapping[str, Any]:
    """Parse once what ships of tables: themselves, units, and numbers of UN Comtrade."""
    return sections(TABLES)


def _faults(table: Table, tables: Mapping[str, Table]) -> Iterator[str]:
    """List what is wrong with a table, or with what it refers to."""
    if table.source == "CBS" and table.unit not in units():
        yield f"unit = {table.unit!r} is not known. Write one of: {', '.join(units())}"
    if bool(table.measures) == bool(table.flows):
        yield "give either measures, or a direction with flows"
    yield from unknown(table.keys_of or table.id, tables, "table")
    yield from unknown(table.note, notes(), "note on its concept")
    for gap in table.breaks:
        yield from unknown(gap.note, notes(), "note")


def use_tables(path: Path) -> None:
    """Read tables of the user's own beside those of the package, from now on in this process."""
    written(path, "tables")  # a wrong file is an error here, and changes nothing
    os.environ["NLTRADE_TABLES"] = str(path)
    for kept in (tables, all_tables, partner_keys, product_keys):
        kept.cache_clear()


@cache
def units() -> Mapping[str, float]:
    """Give the factor that turns each unit CBS uses into million euro."""
    return msgspec.convert(_file_of_tables()["units"], dict[str, float])


@cache
def rates() -> Mapping[str, float]:
    """
    Give the US dollars that a euro was worth, on average, by year.

    Examples
    --------
    >>> rates()["2012"]
    1.2848
    """
    return msgspec.convert(sections(FOLDER / "rates.toml")["USD"], dict[str, float])


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
    return read(FOLDER / "partners.toml", Partner)


@cache
def products() -> Mapping[str, Product]:
    """
    Give every product by its code.

    Returns
    -------
    mapping of str to Product

    Examples
    --------
    >>> products()["3"].en, products()["33"].level
    ('mineral fuels', 2)
    """
    found = read(FOLDER / "products.toml", Product)

    for code, name in read(FOLDER / "sitc.toml", Text).items():
        key = f"t{code}" if len(code) == 2 else code
        found[code] = _goods(name, level=len(code), key=key)
    for code, name in read(FOLDER / "hs.toml", Text).items():
        found[code] = _goods(name, level=2, key=code)
    return found


def _goods(name: Text, *, level: int, key: str) -> Product:
    return Product(id=name.id, en=name.en, nl=name.nl, kind="goods", level=level, keys=[key])


@cache
def partner_keys(table: str) -> Mapping[str, Partner]:
    """Give the partners of a table by its keys, without the spaces that CBS pads some with."""
    of = all_tables()[table]
    if of.source == "Comtrade":
        return _numbered()
    if of.partners:
        return {key.strip(): partner(name) for key, name in of.partners.items()}

    keys = of.keys_of or table
    listed = [each for each in partners().values() if keys in each.keys]
    return {
        each.keys[keys].strip(): each
        for each in listed
        if not of.groups_only or each.kind != "country"
    }


def _numbered() -> Mapping[str, Partner]:
    """Give the countries by the number that UN Comtrade has for them."""
    own = _file_of_tables()["comtrade_codes"]
    others = {code: id for code, id in _by_iso().items() if id not in own}
    by_number = others | {code: id for id, code in own.items()}
    return {
        code: partners()[id]
        for code, id in by_number.items()
        if code.isdigit() and partners()[id].kind == "country"
    }


@cache
def product_keys(table: str) -> Mapping[str, Product]:
    """Give the products of a table by their key or value column, without padding."""
    of = all_tables()[table]
    if of.products:
        return {key.strip(): product(code) for key, code in of.products.items()}

    keys = [
        (key, each) for each in products().values() if each.kind == of.kind for key in each.keys
    ]
    return {key.strip(): each for key, each in keys if re.fullmatch(of.codes, key)}


def tables_with(
    *, partner: Partner | None = None, products: Iterable[str] = (), period: str = ""
) -> list[Table]:
    """List the tables that publish a partner, some products and a period together."""
    codes = set(products)
    return [
        table
        for table in tables().values()
        if (partner is None or partner in partner_keys(table.id).values())
        and codes <= {product.id for product in product_keys(table.id).values()}
        and (not period or table.covers(period))
    ]


@cache
def notes() -> Mapping[str, Text]:
    """Give every concept note by its id."""
    return read(FOLDER / "notes.toml", Text)


@cache
def texts() -> Mapping[str, Text]:
    """Give every label and sentence a reader sees, by its id."""
    return read(FOLDER / "texts.toml", Text)


@cache
def events() -> Mapping[str, Event]:
    """Give the events to mark in charts."""
    return read(FOLDER / "events.toml", Event)


def partner(name: str) -> Partner:
    """
    Find a partner by code or name.

    Parameters
    ----------
    name : str
        ISO 3166 code of two or three letters, UN numeric code, slug, or English or Dutch name, also
        as CBS writes it: ``"RU"``, ``"RUS"``, ``"643"``, ``"Russia"``, ``"Rusland"``, ``"NON-EU"``.
        Case, accents and the kind of apostrophe make no difference.

    Returns
    -------
    Partner

    Raises
    ------
    UnknownName
        No partner has that code or name.

    Examples
    --------
    >>> partner("rusland").id, partner("RUS").id, partner("cote d'ivoire").id
    ('RU', 'RU', 'CI')
    """
    name, by_id = str(name).strip(), partners()
    code = name.upper().replace(".", "")
    id = code if code in by_id else _by_iso().get(code) or _by_name().get(plain(name))
    if id is None:
        listed = f"nltrade.partners() lists all {len(by_id) - 1}."
        raise UnknownName(f"No partner {name!r}.{_close_partner(name)} {listed}")
    return by_id[id]


def plain(name: str) -> str:
    """
    Write a name without what people leave out or write in several ways: case, accents, apostrophes,
    hyphens, "St." and "&".

    Examples
    --------
    >>> plain("Côte d\u2019Ivoire") == plain("COTE D'IVOIRE")
    True
    >>> plain("Saint Kitts and Nevis") == plain("St. Kitts & Nevis")
    True
    """
    apart = unicodedata.normalize("NFKD", name)
    letters = "".join(each for each in apart if not unicodedata.combining(each))
    straight = re.sub("[\u2018\u2019\u02bc`\u00b4]", "'", letters)
    parted = re.sub(r"[-\u2010-\u2015]", " ", straight.replace("&", " and ")).replace(".", "")
    return re.sub(r"\bst\b", "saint", " ".join(parted.casefold().split()))


@cache
def iso_codes() -> Mapping[str, tuple[str | None, str | None]]:
    """
    Give the alpha-3 and the UN numeric code of each country, None where it has none.

    Examples
    --------
    >>> iso_codes()["RU"]
    ('RUS', '643')
    """
    letters = {id: code for code, id in _by_iso().items() if code.isalpha()}
    numbers = {id: code for code, id in _by_iso().items() if code.isdigit()}
    return {each.id: (letters.get(each.id), numbers.get(each.id)) for each in partners().values()}


@cache
def _by_iso() -> Mapping[str, str]:
    """Give the partner that each alpha-3 and numeric code stands for; the one in use is last."""
    from babel.core import get_global  # costs as much as the rest of this module

    found = {}
    for code, ids in sorted(get_global("territory_aliases").items()):
        # The codes with an X are users' own, and CLDR's are not those of others.
        is_code = len(code) == 3 and (code.isalpha() or code.isdigit()) and code[0] != "X"
        known_as = partners().get(ids[0])
        is_country = known_as is not None and known_as.kind in ("country", "reporter")
        if is_code and is_country and len(ids) == 1 and ids[0][0] != "X":
            found[code] = ids[0]
    for each in partners().values():
        for code in each.iso:
            found.pop(code, None)
            found[code] = each.id
    return found


@cache
def _by_name() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for each in partners().values():
        in_both = [write(lang) for write in (each.name, each.named) for lang in LANGS]
        # Nobody types what stands in brackets: European Union (excluding the Netherlands).
        short = [name.partition(" (")[0] for name in in_both]
        for name in [*in_both, *short, *each.also]:
            names.setdefault(plain(name), each.id)
    return names


def _close_partner(name: str) -> str:
    """Say which partner is meant where one name is closer than those of all others."""
    if len(name) <= 3:
        return ""  # one letter off, a code is that of another country
    asked = plain(name).removeprefix("republic of ").removeprefix("the ")
    near: dict[str, float] = {}
    for known_name, id in _by_name().items():
        is_part = set(asked.split()) <= set(known_name.split())
        # The first letter is seldom wrong, and Scotland is not Estland.
        can_be = asked[:1] == known_name[:1]
        alike = SequenceMatcher(None, asked, known_name).ratio() if can_be else 0.0
        near[id] = max(float(is_part) or alike, near.get(id, 0.0))

    (best, ratio), (_, next_ratio) = sorted(near.items(), key=lambda each: -each[1])[:2]
    is_clear = ratio >= 0.8 and ratio - next_ratio > 0.05
    return f" Did you mean {best!r} ({partners()[best].name()})?" if is_clear else ""


def country(name: str) -> Partner:
    """
    Find a partner that is a country, as a figure or a briefing needs.

    Parameters
    ----------
    name : str
        ISO code or name.

    Returns
    -------
    Partner

    Raises
    ------
    UnknownName
        No partner has that name, or it is a group, a residual, or the Netherlands itself.
    """
    found = partner(name)
    if found.kind != "country":
        what = {"reporter": "the country that reports"}.get(found.kind, f"a {found.kind}")
        raise UnknownName(
            f"{found.name()} ({found.id}) is {what}, no partner country. Name one, such as 'RU'."
        )
    return found


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
    remedy = (
        "Goods: TOTAL, or a SITC section (3), division (33) or group (333); services: S, or a "
        "class such as SI."
    )
    return _named(products(), str(code), "product", remedy)


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
    return _named(all_tables(), id, "table", f"Tables are {', '.join(all_tables())}.")


def flow(name: str) -> Flow:
    """Check the name of a flow; an unknown one is an error that lists them."""
    flows: dict[str, Flow] = {each: each for each in FLOWS}
    return _named(flows, name, "flow", f"Flows are {', '.join(FLOWS)}.")


def _named(names: Mapping[str, T], name: str, what: str, remedy: str) -> T:
    """Find what has a name; an unknown one is an error with what is close and what there is."""
    if str(name) not in names:
        raise UnknownName(f"No {what} {str(name)!r}.{close_to(str(name), names)} {remedy}")
    return names[str(name)]


@cache
def eu_members(on: date | str | None = None) -> frozenset[str]:
    """
    Give the members of the European Union on a day.

    Parameters
    ----------
    on : datetime.date or str, optional
        The day, such as ``"2012-12-31"``; the latest membership known by default. An accession or a
        departure counts from its first day.

    Returns
    -------
    frozenset of str
        ISO 3166-1 alpha-2 codes, the Netherlands among them.

    Raises
    ------
    UnknownName
        This is no day.

    Notes
    -----
    Dated accessions are in ``partners.toml``. Only members that exist today as states are known, so
    dates before 1958 give an empty set.

    Examples
    --------
    >>> from datetime import date
    >>> len(eu_members(date(2012, 12, 31)))
    27
    >>> "GB" in eu_members(date(2012, 12, 31)), "HR" in eu_members(date(2012, 12, 31))
    (True, False)
    """
    day = date.max if on is None else _day(on)
    return frozenset(
        p.id
        for p in partners().values()
        if p.eu_from and p.eu_from <= day and (p.eu_until is None or day < p.eu_until)
    )


def _day(given: date | str) -> date:
    """Understand a day: a date, a moment of it, or as ISO 8601 writes it."""
    try:
        return datetime.fromisoformat(str(given)).date()
    except ValueError:
        raise UnknownName(f"No day {str(given)!r}. Write one such as '2012-12-31'.") from None
