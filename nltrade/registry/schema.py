"""
JSON Schemas of the files that users write, for editors that complete and check them.

``python -m nltrade.registry.schema docs/schema`` writes them. What each field means is taken from
the comment at the head of the shipped file, the one place where it is explained.
"""

import json
import re
import sys
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from nltrade import registry
from nltrade.files import write
from nltrade.registry.entries import CLAIMS, LANGS, SECTORS, Entry, File
from nltrade.registry.toml import told_in_both

FILES: dict[str, File[Any]] = {file.section: file for file in (CLAIMS, SECTORS)}


def json_schema(file: str) -> dict[str, Any]:
    """
    Describe a claims or sector file as a JSON Schema.

    Parameters
    ----------
    file : {"claims", "sectors"}
        The file.

    Returns
    -------
    dict
        The schema, in the draft of 2020-12.

    Examples
    --------
    >>> found = json_schema("claims")
    >>> found["properties"]["claims"]["additionalProperties"]["properties"]["year"]["type"]
    'integer'
    """
    of = FILES[file]
    explained = _explained(registry.FOLDER / f"{file}.toml")
    parts = {
        section: {"type": "object", "additionalProperties": _entry(type, of, explained)}
        for section, type in ((of.named, of.named_entry), (of.section, of.entry))
    }

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A {file} file of nltrade",
        "type": "object",
        "properties": parts,
        "additionalProperties": False,
        "required": list(parts),
    }


def write_schemas(folder: Path) -> list[Path]:
    """
    Write the schemas of all files to a folder.

    Parameters
    ----------
    folder : path
        Where; it is made if it is not there.

    Returns
    -------
    list of pathlib.Path
    """
    paths = []
    for file in FILES:
        text = json.dumps(json_schema(file), indent=2, ensure_ascii=False)
        paths.append(write(folder / f"{file}.schema.json", f"{text}\n".encode()))
    return paths


def _entry(type: type[Entry], of: File[Any], explained: Mapping[str, str]) -> dict[str, Any]:
    """Describe one entry: as msgspec does, but as it is written, not as it is read."""
    (_, components) = msgspec.json.schema_components([type], ref_template="{name}")
    schema = components[type.__name__]
    # A text in one language is enough.
    texts = [[f"{stem}{lang}" for lang in LANGS] for stem in told_in_both(type)]
    not_required = {"id", *chain.from_iterable(texts)}

    # Another entry is named by its id, and put in the place of that when it is read.
    id = {"type": "string"}
    named: dict[str | None, Any] = {of.one: id, of.several: {"type": "array", "items": id}}
    fields = {}
    for name, field in schema["properties"].items():
        if name != "id":
            fields[name] = named.get(name, field) | {"description": explained[name]}

    required = [name for name in schema["required"] if name not in not_required]
    found = {name: part for name, part in schema.items() if name != "title"}
    found |= {"properties": fields, "required": required}
    if texts:
        found["allOf"] = [{"anyOf": [{"required": [name]} for name in pair]} for pair in texts]
    return found


def _explained(path: Path) -> dict[str, str]:
    """Read what each field means from the comment at the head of a file."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break

        field = re.fullmatch(r"# ([a-z0-9_]+(?:, [a-z0-9_]+)*)(?:  +(.*))?", line)
        if field:
            names, words = field[1].split(", "), field[2] or ""
        elif not names or not line.startswith("#   "):
            continue
        else:
            words = line[1:].strip()

        for name in names:
            found[name] = f"{found.get(name, '')} {words}".strip()
    return found


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
