"""Read a TOML file of facts into entries; a wrong one is an error that names file, entry and remedy."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from nltrade.errors import RegistryError, close_to
from nltrade.registry.entries import Entry

E = TypeVar("E", bound=Entry)


def sections(path: Path) -> dict[str, Any]:
    """Parse a TOML file."""
    try:
        return tomllib.loads(
            path.read_text(encoding="utf-8-sig")
        )  # Notepad writes a byte order mark
    except FileNotFoundError:
        raise RegistryError(f"{path}: no such file. Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(
            f"{path.name}: not valid TOML: {error}. Mend that line and try again."
        ) from None


def read(path: Path, section: str | None, type: type[E]) -> dict[str, E]:
    """Read the entries of one section, or of a whole file."""
    entries = sections(path) if section is None else sections(path).get(section, {})
    if not isinstance(entries, dict):
        raise RegistryError(
            f"{path.name}: {section!r} is no section. Write each entry as [{section}.<id>]."
        )
    return {id: convert(path, id, fields, type) for id, fields in entries.items()}


def convert(path: Path, id: str, fields: Any, type: type[E]) -> E:
    """Turn the fields of one entry into a frozen object."""
    if not isinstance(fields, dict):
        raise wrong(path.name, id, f"expected a section with fields, found {fields!r}")
    try:
        return msgspec.convert({**fields, "id": id}, type)
    except msgspec.ValidationError as error:
        raise wrong(path.name, id, _remedy(str(error), fields, type)) from None


def _remedy(error: str, fields: dict[str, Any], type: type[E]) -> str:
    """Turn what msgspec says into what to do: the close field name, the values allowed."""
    names = [name for name in type.__struct_fields__ if name != "id"]
    if unknown := re.search(r"unknown field `(\w+)`", error):
        return f"no field {unknown[1]!r} here.{close_to(unknown[1], names)} Fields are {', '.join(names)}"
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


def known(name: Any, names: Mapping[str, Any], file: str, id: str, what: str) -> str:
    """Check that an entry refers to something that exists."""
    if str(name) not in names:
        raise wrong(
            file,
            id,
            f"no {what} {name!r}.{close_to(str(name), names)} Known are {', '.join(names)}",
        )
    return str(name)


def wrong(file: str, id: str, what: str) -> RegistryError:
    """Say what is wrong with an entry."""
    return RegistryError(f"{file}: entry [{id}]: {what}.")
