"""
What to ask CBS for: a request in our words, checked before anything is sent, and the plan made of
it.

A plan is a list of pieces. Each is one question to the feed, small enough to be asked again when
the connection breaks; together they cover the request exactly once. Nothing here touches the
network.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import ceil, prod
from typing import Any

import msgspec

from nltrade import registry
from nltrade.errors import NoData, UnknownName
from nltrade.registry.entries import Freq, Lang, Partner, Product, Table
from nltrade.sources.cbs_notation import FREQS, value_columns
from nltrade.words import Words

PAGE = 10_000  # rows that the feed gives at a time
PIECE = 50_000  # rows of one piece, about
KEYS = 12  # keys that one condition names: the address of a question has to stay short


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of one table; an empty list asks for all."""

    table: str
    partners: list[str] = []
    products: list[str] = []
    first: str
    last: str | None = None
    freqs: list[Freq]

    def holds(self, other: "Request") -> bool:
        """Tell whether an answer to this request has all that another one asks for."""
        return (
            self.table == other.table
            and (not self.partners or set(other.partners or ["all"]) <= set(self.partners))
            and (not self.products or set(other.products or ["all"]) <= set(self.products))
            and self.first <= other.first
            and other.until <= self.until
            and set(other.freqs) <= set(self.freqs)
        )

    @property
    def until(self) -> str:
        """The last year, for comparison: one that is open comes after all others."""
        return self.last or "9999"

    @property
    def marks(self) -> set[str]:
        """How CBS marks the kinds of periods in its keys."""
        return {FREQS[freq][0] for freq in self.freqs}

    @property
    def says(self) -> str:
        """The request in a sentence, for people."""
        return self.told("en")

    def told(self, lang: Lang) -> str:
        """Say in a language what is asked, in the codes that a question can use."""
        say = Words(lang)
        span = f"{self.first}-{self.last}" if self.last else say.text("from-year", year=self.first)
        span = self.first if self.first == self.last else span

        periods = ", ".join(say.label(FREQS[freq][1]) for freq in self.freqs)
        partners = ", ".join(self.partners) or say.label("all-partners")
        products = ", ".join(self.products) or say.label("all-products")
        return f"{periods} {span}; {partners}; {products}"


class Piece(msgspec.Struct, frozen=True):
    """One question: the keys asked of each dimension (all where none are named), and its rows."""

    keys: dict[str, list[str]]
    rows: int

    @property
    def filter(self) -> str:
        """The question in the registered names of the dimensions, for people."""
        return self.asks({})

    def asks(self, names: Mapping[str, str]) -> str:
        """Write the question as a service wants it, in its own names of the dimensions."""
        conditions = []
        for name, keys in self.keys.items():
            # Keys verbatim: one without its padding finds nothing, silently.
            quoted = [key.replace("'", "''") for key in keys]
            terms = [f"{names.get(name, name)} eq '{key}'" for key in quoted]
            conditions.append(f"({' or '.join(terms)})")
        return " and ".join(conditions)


class Plan(msgspec.Struct, frozen=True):
    """The questions that a request takes."""

    request: Request
    columns: list[str]
    pieces: list[Piece]

    @property
    def dimensions(self) -> list[str]:
        """The columns that hold keys."""
        return registry.table(self.request.table).dimensions

    @property
    def rows(self) -> int:
        """Rows to come, if the table has every combination of keys."""
        return sum(piece.rows for piece in self.pieces)

    @property
    def pages(self) -> int:
        """Answers to come."""
        return sum(ceil(piece.rows / PAGE) for piece in self.pieces)

    @property
    def bytes(self) -> int:
        """About how many bytes of JSON: names of columns come with every row."""
        return self.rows * (3 + sum(len(name) + 15 for name in self.columns))

    @property
    def says(self) -> str:
        """The plan in a sentence, for people."""
        size = f"about {self.rows:,} rows, {self.bytes / 1e6:,.1f} MB"
        pages = "1 page" if self.pages == 1 else f"{self.pages} pages"
        return f"{self.request.table}: {self.request.says}: {pages}, {size}"


def ask(
    table: str,
    *,
    partner: str | Iterable[str] | None = None,
    product: str | Iterable[str] | None = None,
    years: str | int | tuple[int, int] | None = None,
    freq: str | Iterable[str] = "A",
) -> Request:
    """
    Put a request together, and refuse one that the table cannot answer.

    Parameters
    ----------
    table : str
        CBS's identifier.
    partner : str or iterable of str, optional
        ISO codes, slugs or names; all partners of the table by default.
    product : str or iterable of str, optional
        SITC codes or classes of services, with which the total always comes; all products by
        default.
    years : str, int or (int, int), optional
        ``2012``, ``"2008:2014"`` or ``(2008, 2014)``, both ends included, or ``"last:5"``; the span
        of the table by default.
    freq : {"A", "Q", "M"} or several
        Years, quarters, months.

    Returns
    -------
    Request

    Raises
    ------
    UnknownName
        A name does not exist.
    NoData
        The table does not publish what is asked; the message names the tables that do.

    Examples
    --------
    >>> ask("7137shih", partner="Russia", product="33", years="2008:2014").says
    'years 2008-2014; RU; TOTAL, 33'
    """
    asked = registry.table(table)
    first, last = _years(years, asked)
    # The same twice, by whatever name, is once.
    freqs = list(dict.fromkeys(_freq(name, asked) for name in listed(freq)))
    partners = {one.id: one for one in map(registry.partner, listed(partner))}

    products: dict[str, Product] = {}
    if product:
        total = {"goods": "TOTAL", "services": "S"}[asked.kind]  # shares and sectors need it
        products = {each.id: each for each in map(registry.product, [total, *listed(product)])}

    for one in partners.values():
        if one not in registry.partner_keys(table).values():
            fault = f"{table} does not publish {one.named()} ({one.id}) by itself"
            raise NoData(f"{fault}; {_instead(asked, 'it', first, partner=one)}")
    for each in products.values():
        if each not in registry.product_keys(table).values():
            fault = f"{table} does not have {each.kind} {each.id} ({each.en})"
            raise NoData(f"{fault}; {_instead(asked, 'it', first, products=[each.id])}")
    _require_years(asked, first, last)

    return Request(
        table=table,
        partners=list(partners),
        products=list(products),
        first=first,
        last=last,
        freqs=freqs,
    )


def _require_years(table: Table, first: str, last: str | None) -> None:
    for year in (first, last or first):
        # A table that is still kept up may have years that the registry does not know of yet.
        is_newer = year > table.last and table.status == "current"
        if not table.covers(year) and not is_newer:
            is_early = year < table.first
            fault = f"starts in {table.first}" if is_early else f"ends in {table.last}"
            raise NoData(f"{table.id} {fault}; {_instead(table, year, year)}")


def make_plan(request: Request, keys: Mapping[str, Sequence[str]]) -> Plan:
    """
    Cut a request into pieces that cover it exactly once.

    Parameters
    ----------
    request : Request
        What is asked.
    keys : mapping of str to sequence of str
        The keys of each dimension of the table, verbatim: those of the feed, or `registered_keys`
        for an estimate.

    Returns
    -------
    Plan

    Raises
    ------
    NoData
        The table has no period, partner or product that is asked.

    Examples
    --------
    >>> request = ask("7137shih")
    >>> plan = make_plan(request, registered_keys(request))
    >>> plan.rows, plan.pages
    (590304, 66)
    """
    table = registry.table(request.table)
    chosen = chosen_keys(request, keys)

    empty = [name for name in chosen if not chosen[name]]
    if empty:
        raise NoData(
            f"{table.id} has no {empty[0]} for {request.says}; CBS has "
            f"{_periods(keys[table.period], request)}."
        )

    # Periods are cut first: a piece of one year is near the start of what the service reads.
    others = prod(len(chosen[name]) for name in chosen if name != table.period)
    fits = dict.fromkeys(chosen, PIECE) | {table.period: PIECE // others}
    batches = {name: _batches(chosen[name], keys[name], fits[name]) for name in chosen}

    pieces = []
    for parts in product(*batches.values()):
        named = {name: part for name, part in zip(chosen, parts, strict=True) if part is not None}
        rows = prod(len(named.get(name, keys[name])) for name in chosen)
        pieces.append(Piece(named, rows))
    return Plan(request, [*table.dimensions, *asked_columns(request)], pieces)


def chosen_keys(request: Request, keys: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Give the keys of each dimension that a request asks for, verbatim."""
    table = registry.table(request.table)
    partners, products = registry.partner_keys(table.id), registry.product_keys(table.id)

    chosen = {}
    for name in table.dimensions:
        there = keys[name]
        if name == table.period:
            there = [key for key in there if request.first <= key[:4] <= request.until]
            there = [key for key in there if key[4:6] in request.marks]
        elif name == table.direction:
            there = [key for key in there if key.strip() in table.flows]
        elif name == table.partner and request.partners:
            there = [key for key in there if _means(key, partners, request.partners)]
        elif name == table.product and request.products:
            there = [key for key in there if _means(key, products, request.products)]
        chosen[name] = list(there)
    return chosen


def _means(key: str, known: Mapping[str, Partner | Product], ids: Sequence[str]) -> bool:
    """Tell whether a key stands for one of those asked for."""
    return key.strip() in known and known[key.strip()].id in ids


def _periods(there: Sequence[str], request: Request) -> str:
    """Say which periods a table has: the years of the kind asked for, or else which kinds."""
    years = sorted(key[:4] for key in there if key[4:6] in request.marks)
    if years:
        return f"{years[0]} to {years[-1]}"
    kinds = {key[4:6] for key in there}
    return " and ".join(name for mark, name in FREQS.values() if mark in kinds)


def asked_columns(request: Request) -> list[str]:
    """Give the columns with values that a request needs: measures, or products in columns."""
    table = registry.table(request.table)
    columns = value_columns(table)
    if table.direction is None or not request.products:
        return columns
    products = registry.product_keys(table.id)
    return [name for name in columns if products[name].id in request.products]


def registered_keys(request: Request) -> dict[str, list[str]]:
    """Give the keys that the registry knows of each dimension, to plan without a network."""
    table = request.table
    of = registry.table(table)
    years = range(int(of.first), int(max(of.last, request.last or of.last)) + 1)
    parts = {"MM": range(1, 13), "KW": range(1, 5), "JJ": range(1)}
    ends = [f"{mark}{number:02}" for mark, numbers in parts.items() for number in numbers]

    known: dict[str | None, list[str]] = {
        of.partner: list(registry.partner_keys(table)),
        of.product: list(registry.product_keys(table)),
        of.direction: list(of.flows),
        of.period: [f"{year}{end}" for year in years for end in ends],
    }
    return {name: known[name] for name in of.dimensions}


def _batches(chosen: list[str], whole: Sequence[str], fit: int) -> list[list[str] | None]:
    """Cut the keys of a dimension into what fits in a piece; None asks for all, naming none."""
    if len(chosen) == len(whole) <= fit:
        return [None]
    size = max(1, min(KEYS, fit))
    return [chosen[at : at + size] for at in range(0, len(chosen), size)]


def listed(given: str | int | Iterable[str | int] | None) -> list[str]:
    """Give one name or code, several or none as a list; some write the product 33 as a number."""
    if given is None:
        return []
    several = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    return [str(one) for one in several]


def _years(given: str | int | tuple[int, int] | None, table: Table) -> tuple[str, str | None]:
    if given is None:
        return table.first, None if table.status == "current" else table.last
    text = ":".join(map(str, given)) if isinstance(given, tuple | list) else str(given)
    if newest := re.fullmatch(r"last:([1-9][0-9]?)", text):
        first = str(int(table.last) + 1 - int(newest[1]))
        return max(first, table.first), None if table.status == "current" else table.last
    found = re.fullmatch(r"([0-9]{4})(?::([0-9]{4}))?", text)
    if found is None or (found[2] or found[1]) < found[1]:
        raise UnknownName(
            f"No years {text!r}. Write one year, the first and the last, or how many of the last: "
            "2012, 2008:2014 or last:5."
        )
    return found[1], found[2] or found[1]


def _freq(name: str, table: Table) -> Freq:
    asked: Any = str(name).upper()
    if asked not in FREQS:
        raise UnknownName(f"No frequency {name!r}. Write A (years), Q (quarters) or M (months).")
    if table.freqs and asked not in table.freqs:
        has = " and ".join(FREQS[each][1] for each in table.freqs)
        raise NoData(f"{table.id} has no {FREQS[asked][1]}; it has {has}.")
    return asked  # type: ignore[no-any-return]


def _instead(
    table: Table,
    subject: str,
    period: str,
    *,
    partner: Partner | None = None,
    products: Sequence[str] = (),
) -> str:
    """Name the tables that have what this one has not: in that year if any do, else in others."""
    periods = [period, ""] if partner or products else [period]
    for when in periods:
        able = registry.tables_with(partner=partner, products=products, period=when)
        others = [each for each in able if each.id != table.id]
        if not products:
            others = [each for each in others if each.kind == table.kind]
        if others:
            named = [f"{each.id} ({each.detail})" for each in others]
            return f"{subject} is in {'; and in '.join(named)}."
    return "no table that nltrade knows has it."
