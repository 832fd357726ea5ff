"""Read a TOML file of facts into entries; an error names file, entry and remedy."""

import re
import reprlib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from nltrade.errors import RegistryError, close_to
from nltrade.registry.entries import Entry

E = TypeVar("E", bound=Entry)

# What would be an order to a terminal, turns round what follows it, or cannot stand in a Word file;
# lines and tabs may.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")

TAKES = {  # what msgspec calls a type, in the words of one who writes a file
    "int": "a whole number",
    "float": "a number",
    "str": "text in quotes",
    "array": 'a list, such as ["a", "b"]',
    "object": "a section with fields",
}


def sections(path: Path) -> dict[str, Any]:
    """Parse a TOML file."""
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is no file. Name the file itself")
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad writes a BOM
    except FileNotFoundError:
        raise RegistryError(f"{path}: no such file. Check the path.") from None
    except OSError as error:
        raise RegistryError(f"{path}: cannot be read: {error.strerror}.") from None
    except RecursionError:
        raise RegistryError(f"{path.name}: brackets in brackets without end. Mend it.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(
            f"{path.name}: not valid TOML: {error}. Mend that line and try again."
        ) from None
    except ValueError as error:  # a number of thousands of digits, a path with a null in it
        raise RegistryError(f"{path.name}: cannot be read: {error}. Mend it.") from None


def written(path: Path, section: str | None) -> dict[str, Any]:
    """Give the entries of one section, or of a whole file, as they are written."""
    found = sections(path) if section is None else sections(path).get(section, {})
    if not isinstance(found, dict):
        raise RegistryError(
            f"{path.name}: {section!r} is no section. Write each entry as [{section}.<id>]."
        )
    return found


def read(path: Path, section: str | None, type: type[E]) -> dict[str, E]:
    """Read the entries of one section, or of a whole file."""
    return {id: convert(path, id, fields, type) for id, fields in written(path, section).items()}


def convert(path: Path, id: str, fields: Any, type: type[E]) -> E:
    """Turn the fields of one entry into a frozen object."""
    if not isinstance(fields, dict):
        raise wrong(path.name, id, f"expected a section with fields, found {shortly(fields)}")

    for where, text in _texts("", {id: None, **fields}):
        if odd := CONTROL.search(text):
            name = where or "its name"
            raise wrong(path.name, id, f"{name} has a control character, {odd[0]!r}; take it out")

    whole = {**_in_both_languages(fields, type), "id": id}
    try:
        return msgspec.convert(whole, type)
    except msgspec.ValidationError as error:
        raise wrong(path.name, id, _remedy(str(error), fields, type)) from None


def shortly(value: Any) -> str:
    """Write a value of a file for a message, cut where it is long."""
    return reprlib.repr(value)


def _texts(where: str, value: Any) -> Iterator[tuple[str, str]]:
    """Give every text of an entry with the field that it is in, names of fields too."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(where, each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield where, name
            yield from _texts(where or name, each)


def _in_both_languages(fields: dict[str, Any], type: type[E]) -> dict[str, Any]:
    """Let a text of one language stand for the other, where an entry asks for both."""
    both = dict(fields)
    for name, other in _required_in_both(type):
        if name not in fields and other in fields:
            both[name] = fields[other]
    return both


@cache
def _required_in_both(type: type[Entry]) -> list[tuple[str, str]]:
    """Give each text that an entry must have beside the one that says it in the other language."""
    other = {"en": "nl", "nl": "en"}
    names = [field.name for field in msgspec.structs.fields(type) if field.required]
    return [(name, name[:-2] + other[name[-2:]]) for name in names if name[-2:] in other]


def _remedy(error: str, fields: dict[str, Any], type: type[E]) -> str:
    """Turn what msgspec says into what to do: the close field name, the values allowed."""
    names = [name for name in type.__struct_fields__ if name != "id"]
    if unknown := re.search(r"unknown field `(.+)`", error, re.DOTALL):
        close = close_to(unknown[1], names)
        return f"no field {shortly(unknown[1])} here.{close} Fields are {', '.join(names)}"

    if missing := re.search(r"required field `(\w+)`", error):
        if missing[1][-2:] in ("en", "nl"):
            stem = missing[1][:-2]
            return f"write `{stem}en` or `{stem}nl`, or both"
        return f"the field {missing[1]!r} is missing; add it"

    name = re.search(r"`\$\.(\w+)", error)
    if name and "Invalid enum value" in error:
        allowed = [str(value) for value in get_args(get_type_hints(type)[name[1]])]
        given = str(fields[name[1]])
        close = close_to(given, allowed)
        return f"{name[1]} = {given!r} is not known.{close} Write one of: {', '.join(allowed)}"

    if name:
        value = shortly(fields.get(name[1]))
        if wanted := re.match(r"Expected `(\w+)[^`]*`, got", error):
            return f"{name[1]} = {value}: write {TAKES.get(wanted[1], wanted[1])}"
        what, _, _ = error.partition(" - at")
        return f"{name[1]} = {value}: {what[0].lower()}{what[1:]}"
    return error


def known(name: Any, names: Mapping[str, Any], file: str, id: str, what: str) -> str:
    """Check that an entry refers to something that exists."""
    if str(name) not in names:
        close = close_to(str(name), names)
        raise wrong(file, id, f"no {what} {shortly(name)}.{close} Known are {', '.join(names)}")
    return str(name)


def wrong(file: str, id: str, what: str) -> RegistryError:
    """Say what is wrong with an entry."""
    shown = id if id.isprintable() else shortly(id)
    return RegistryError(f"{file}: entry [{shown}]: {what}.")
