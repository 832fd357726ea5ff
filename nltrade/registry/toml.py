"""Read a TOML file of facts into entries; an error names file, entry and remedy."""

import re
import reprlib
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import msgspec

from nltrade.errors import RegistryError, UnknownName, close_to
from nltrade.registry.entries import Entry, File

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
FORMS = {  # of fields that have a form, what they are to be
    "address": "an address that begins with https://",
    "date": 'a year or a month, such as "2013" or "2013-11"',
    "lang": 'the code of a language, such as "en"',
}


def sections(path: Path) -> dict[str, Any]:
    """Parse a TOML file."""
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is no file. Name the file itself")
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad writes a BOM
    except FileNotFoundError:
        said = f"{path}: no such file. Check the path."
    except OSError as error:
        said = f"{path}: cannot be read: {error.strerror}."
    except RecursionError:
        said = f"{path.name}: brackets in brackets without end. Mend it."
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        said = f"{path.name}: not valid TOML: {error}. Mend that line and try again."
    except ValueError as error:  # a number of thousands of digits, a path with a null in it
        said = f"{path.name}: cannot be read: {error}. Mend it."
    raise RegistryError(said)


def read(path: Path, type: type[E]) -> dict[str, E]:
    """Read a file that has entries alone, and check each."""
    return {id: convert(path, id, fields, type) for id, fields in sections(path).items()}


def read_sections(
    path: Path, file: File[E], faults: Callable[[E], Iterable[str]] = lambda _: ()
) -> dict[str, E]:
    """
    Read a file with sections of entries, and check each; `faults` lists what is wrong with one.

    Entries that others name, such as the documents of claims, take the place of their ids; then
    there has to be an entry.
    """
    parts = written(path, *filter(None, (file.named, file.section)))
    named = {}
    if file.named:
        for id, fields in parts[file.named].items():
            named[id] = convert(path, id, fields, file.named_entry)

    found = {}
    for id, fields in parts[file.section].items():
        whole = _with_named(path, id, fields, file, named)
        found[id] = convert(path, id, whole, file.entry)
        try:
            for fault in faults(found[id]):
                raise wrong(path, id, fault)
        except UnknownName as error:
            raise wrong(path, id, str(error)) from None

    if file.named and not found:
        raise RegistryError(
            f"{path.name}: no {file.section[:-1]} found. Write each one as a section "
            f"[{file.section}.<id>]."
        )
    return found


def written(path: Path, *known: str) -> dict[str, dict[str, Any]]:
    """Give the entries of each section of a file as they are written; it has no other sections."""
    whole = sections(path)
    for name in known:
        if not isinstance(whole.setdefault(name, {}), dict):
            raise RegistryError(
                f"{path.name}: {name!r} is no section. Write each entry as [{name}.<id>]."
            )

    for name in whole:
        if name not in known:
            close, listed = close_to(name, known), " and ".join(known)
            raise RegistryError(
                f"{path.name}: no section {shortly(name)} here.{close} Sections are {listed}."
            )
    return whole


def _with_named(path: Path, id: str, fields: Any, of: File[E], named: Mapping[str, Entry]) -> Any:
    """Put the entries that one names in the place of their ids."""
    if not of.named or not isinstance(fields, dict):
        return fields  # what is no section is refused with the other wrong ones

    given = fields.get(of.several, [])
    if not isinstance(given, list):
        fault = f'{of.several} = {shortly(given)}: write a list, such as ["report"]'
        raise wrong(path, id, fault)

    if of.one not in fields:
        raise wrong(path, id, f"the field {of.one!r} is missing; add it")

    one = fields[of.one]
    for name in [one, *given]:
        for fault in unknown(name, named, of.named[:-1]):
            raise wrong(path, id, fault)

    whole = {**fields, of.one: named[str(one)]}
    if of.several:
        whole[of.several] = [named[str(name)] for name in given]
    return whole


def convert(path: Path, id: str, fields: Any, type: type[E]) -> E:
    """Turn the fields of one entry into a frozen object."""
    if not isinstance(fields, dict):
        raise wrong(path, id, f"expected a section with fields, found {shortly(fields)}")

    for name, value in {"its name": id, "a field": [*fields], **fields}.items():
        if odd := CONTROL.search(_text(value)):
            raise wrong(path, id, f"{name} has a control character, {odd[0]!r}; take it out")
        if isinstance(value, str) and not value.strip():
            raise wrong(path, id, f"{name} is empty; write it, or leave it out")

    whole = {**_in_both_languages(fields, type), "id": id}
    try:
        return msgspec.convert(whole, type)
    except msgspec.ValidationError as error:
        raise wrong(path, id, _remedy(str(error), fields, type)) from None


def shortly(value: Any) -> str:
    """Write a value of a file for a message as it stands there, cut where it is long."""
    in_toml = isinstance(value, bool | date | time)
    return str(value).lower() if in_toml else reprlib.repr(value)


def _text(value: Any) -> str:
    """Give all text in a value of a file, names of fields too."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return "".join(map(_text, value))
    return value if isinstance(value, str) else ""


def _in_both_languages(fields: dict[str, Any], type: type[E]) -> dict[str, Any]:
    """Let a text of one language stand for the other, where an entry asks for both."""
    both = dict(fields)
    for stem in told_in_both(type):
        for name, other in ((f"{stem}en", f"{stem}nl"), (f"{stem}nl", f"{stem}en")):
            if other in fields:
                both.setdefault(name, fields[other])
    return both


@cache
def told_in_both(type: type[Entry]) -> list[str]:
    """Give the stem of each text that an entry must have in both languages: about_ of about_en."""
    names = [field.name for field in msgspec.structs.fields(type) if field.required]
    return [name[:-2] for name in names if name.endswith("en") and f"{name[:-2]}nl" in names]


def _remedy(error: str, fields: dict[str, Any], type: type[E]) -> str:
    """Turn what msgspec says into what to do: the close field name, the values allowed."""
    if unknown := re.search(r"unknown field `(.+)`", error, re.DOTALL):
        names = [name for name in type.__struct_fields__ if name != "id"]
        close = close_to(unknown[1], names)
        return f"no field {shortly(unknown[1])} here.{close} Fields are {', '.join(names)}"

    if missing := re.search(r"required field `(\w+)`", error):
        name, stem = missing[1], missing[1][:-2]
        is_text = stem in told_in_both(type)
        both = f"write `{stem}en` or `{stem}nl`, or both"
        return both if is_text else f"the field {name!r} is missing; add it"

    at = re.search(r"`\$\.(\w+)", error)
    if at is None:
        return error

    given = f"{at[1]} = {shortly(fields.get(at[1]))}"
    if "Invalid enum value" in error:
        allowed = re.findall("'([^']*)'", str(get_type_hints(type)[at[1]]))
        close = close_to(str(fields[at[1]]), allowed)
        return f"{given} is not known.{close} Write one of: {', '.join(allowed)}"
    if "matching regex" in error:
        return f"{given}: write {FORMS[at[1]]}"
    if wanted := re.match(r"Expected `(\w+)[^`]*`, got", error):
        return f"{given}: write {TAKES.get(wanted[1], wanted[1])}"
    what, _, _ = error.partition(" - at")
    return f"{given}: {what[0].lower()}{what[1:]}"


def unknown(name: Any, names: Mapping[str, Any], what: str) -> Iterator[str]:
    """Say that an entry refers to something that does not exist, if it does."""
    if str(name) not in names:
        there = f"Known are {', '.join(names)}" if names else "There are none here; add it"
        yield f"no {what} {shortly(name)}.{close_to(str(name), names)} {there}"


def wrong(path: Path, id: str, what: str) -> RegistryError:
    """Say what is wrong with an entry."""
    shown = id if id.isprintable() else shortly(id)
    return RegistryError(f"{path.name}: entry [{shown}]: {what.rstrip('.')}.")
