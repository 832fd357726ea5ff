"""
JSON Schemas of the files that users write, for editors that complete and check them.

``python -m nltrade.registry.schema docs/schema`` writes them. What each field means is taken from
the comment at the head of the shipped file, the one place where it is explained.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import msgspec

from nltrade import registry
from nltrade.registry.entries import LANGS, Claim, Document, Entry, Sector, Text
from nltrade.registry.toml import NAMES_OF, told_in_both

FILES: dict[str, dict[str, type[Entry]]] = {
    "claims": {"documents": Document, "claims": Claim},
    "sectors": {"groups": Text, "sectors": Sector},
}


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
    explained = _explained(registry.FOLDER / f"{file}.toml")
    parts = {
        section: {"type": "object", "additionalProperties": _entry(type, explained)}
        for section, type in FILES[file].items()
    }

    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A {file} file of nltrade",
        "type": "object",
        "properties": parts,
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
    folder.mkdir(parents=True, exist_ok=True)

    paths = []
    for file in FILES:
        path = folder / f"{file}.schema.json"
        text = json.dumps(json_schema(file), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        paths.append(path)
    return paths


def _entry(type: type[Entry], explained: dict[str, str]) -> dict[str, Any]:
    """Describe one entry: as msgspec does, but as it is written, not as it is read."""
    (_, components) = msgspec.json.schema_components([type], ref_template="{name}")
    schema = dict(components[type.__name__])
    schema.pop("title", None)

    fields = {name: dict(field) for name, field in schema["properties"].items() if name != "id"}
    # Another entry is named by its id, and put in the place of that when it is read.
    several = {name: many for names in NAMES_OF.values() for name, many in names.items()}
    for name in fields.keys() & several.keys():
        one = {"type": "string"}
        fields[name] = {"type": "array", "items": one} if several[name] else one
    for name in fields.keys() & explained.keys():
        fields[name]["description"] = explained[name]

    # A text in one language is enough.
    texts = [[f"{stem}{lang}" for lang in LANGS] for stem in told_in_both(type)]
    either = {name for pair in texts for name in pair}
    required = [name for name in schema["required"] if name not in {"id", *either}]
    found = {**schema, "properties": fields, "required": required}
    both = [{"anyOf": [{"required": [name]} for name in pair]} for pair in texts]
    return found | ({"allOf": both} if both else {})


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
