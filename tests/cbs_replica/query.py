"""
The part of OData v3 query options that CBS answers: ``$filter``, ``$select``, ``$top``, ``$skip``.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

KNOWN = {"$format", "$filter", "$select", "$top", "$skip"}

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)|(?P<mark>[(),]))"
)
_COMPARE = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "le": operator.le,
    "gt": operator.gt,
    "lt": operator.lt,
}
_FUNCTIONS = {
    "substringof": lambda part, whole: part in whole,
    "startswith": lambda whole, part: whole.startswith(part),
    "endswith": lambda whole, part: whole.endswith(part),
    "substring": lambda whole, start, length=None: whole[start:][:length],
}


class BadQuery(ValueError):
    """A query option that CBS would refuse."""


@dataclass(frozen=True)
class Where:
    """A condition on a row, the columns it looks at and, of an ``and``, its parts."""

    columns: frozenset[str]
    test: Callable[[Mapping[str, Any]], Any]
    parts: tuple["Where", ...] = ()

    def conjuncts(self) -> list["Where"]:
        return [each for part in self.parts for each in part.conjuncts()] if self.parts else [self]


class Query(NamedTuple):
    """The query options of one request."""

    where: Where | None
    select: list[str] | None
    top: int | None
    skip: int


def read(options: Mapping[str, str]) -> Query:
    """Read the query options of a request, or raise BadQuery."""
    if strange := sorted(set(options) - KNOWN):
        raise BadQuery(f"query option {strange[0]} is not known")
    select = options.get("$select")
    return Query(
        where=parse(options["$filter"]) if "$filter" in options else None,
        select=[name.strip() for name in select.split(",")] if select else None,
        top=_whole(options, "$top") if "$top" in options else None,
        skip=_whole(options, "$skip") if "$skip" in options else 0,
    )


def _whole(options: Mapping[str, str], name: str) -> int:
    if not re.fullmatch(r"\d+", options[name]):
        raise BadQuery(f"{name} is no whole number: {options[name]}")
    return int(options[name])


def parse(text: str) -> Where:
    """Read a ``$filter``; text is compared exactly, spaces included."""
    tokens, place = [], 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise BadQuery(f"$filter is not understood at {text[place:]!r}")
        tokens.append((str(found.lastgroup), found[str(found.lastgroup)]))
        place = found.end()
    parser = _Parser(tokens)
    where = parser.any_of()
    if parser.tokens:
        raise BadQuery(f"$filter is not understood at {parser.tokens[0][1]!r}")
    return where


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]):
        self.tokens = tokens

    def any_of(self) -> Where:
        terms = self._terms(self.all_of, "or")
        return terms[0] if len(terms) == 1 else _join(terms, any)

    def all_of(self) -> Where:
        terms = self._terms(self.comparison, "and")
        return terms[0] if len(terms) == 1 else _join(terms, all, tuple(terms))

    def _terms(self, term: Callable[[], Where], word: str) -> list[Where]:
        terms = [term()]
        while self._accept("name", word):
            terms.append(term())
        return terms

    def comparison(self) -> Where:
        if self._accept("name", "not"):
            inner = self.comparison()
            return Where(inner.columns, lambda row: not inner.test(row))
        left = self.operand()
        if not (self.tokens and self.tokens[0][1] in _COMPARE):
            return left
        compare = _COMPARE[self.tokens.pop(0)[1]]
        right = self.operand()

        def test(row: Mapping[str, Any]) -> bool:
            one, other = left.test(row), right.test(row)
            if one is None or other is None or isinstance(one, str) != isinstance(other, str):
                return (one == other) if compare is operator.eq else compare is operator.ne
            return bool(compare(one, other))

        return Where(left.columns | right.columns, test)

    def operand(self) -> Where:
        if self._accept("mark", "("):
            inner = self.any_of()
            self._need(")")
            return inner
        if not self.tokens:
            raise BadQuery("$filter ends too early")
        kind, word = self.tokens.pop(0)
        if kind == "text":
            return _constant(word[1:-1].replace("''", "'"))
        if kind == "number":
            return _constant(float(word) if "." in word else int(word))
        if kind == "name" and word in {"true", "false", "null"}:
            return _constant({"true": True, "false": False, "null": None}[word])
        if kind == "name" and self._accept("mark", "("):
            return self._call(word)
        if kind == "name":
            return Where(frozenset([word]), lambda row: row[word])
        raise BadQuery(f"$filter is not understood at {word!r}")

    def _call(self, name: str) -> Where:
        if name not in _FUNCTIONS:
            raise BadQuery(f"function {name} is not known")
        function, arguments = _FUNCTIONS[name], [self.operand()]
        while self._accept("mark", ","):
            arguments.append(self.operand())
        self._need(")")
        columns = frozenset().union(*(argument.columns for argument in arguments))
        return Where(columns, lambda row: function(*(argument.test(row) for argument in arguments)))

    def _accept(self, kind: str, word: str) -> bool:
        if self.tokens[:1] == [(kind, word)]:
            self.tokens.pop(0)
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._accept("mark", word):
            raise BadQuery(f"$filter lacks {word!r}")


def together(parts: list[Where]) -> Where | None:
    """Make one condition of several that all have to hold; None if there are none."""
    return _join(parts, all, tuple(parts)) if parts else None


def _constant(value: Any) -> Where:
    return Where(frozenset(), lambda _: value)


def _join(terms: list[Where], how: Callable[..., bool], parts: tuple[Where, ...] = ()) -> Where:
    columns = frozenset().union(*(term.columns for term in terms))
    return Where(columns, lambda row: how(term.test(row) for term in terms), parts)
