"""Write the tidy frame of the newest snapshots as Parquet, for other tools: ``make data``."""

import hashlib
import io
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pyarrow.parquet

import nltrade as nl
from nltrade.files import write
from nltrade.sources import tidy
from nltrade.sources.snapshot import Origin

PROCESSED = Path(__file__).parent / "processed"
TYPES = {
    "string": "string",
    "large_string": "string",
    "int64": "integer",
    "bool": "boolean",
    "double": "number",
}


def write_processed(folder: Path = PROCESSED) -> list[Path]:
    """Write the frame and its provenance; the same snapshots give the same bytes."""
    frame = nl.load()

    table = pyarrow.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    content = io.BytesIO()
    pyarrow.parquet.write_table(table, content, compression="zstd")

    found = nl.origins(frame)
    provenance = msgspec.json.format(msgspec.json.encode(found))
    package = describe(table.schema, content.getvalue(), found)

    return [
        write(folder / "trade.parquet", content.getvalue()),
        write(folder / "origins.json", provenance + b"\n"),
        write(
            folder / "datapackage.json", msgspec.json.format(msgspec.json.encode(package)) + b"\n"
        ),
    ]


def describe(schema: pyarrow.Schema, content: bytes, origins: Iterable[Origin]) -> dict[str, Any]:
    """Describe the frame as a Frictionless data package: columns, units, licence, sources."""
    meanings = dict(re.findall(r"``(\w+)``(?:, ``\w+``)*  +(.+)", str(tidy.__doc__)))
    fields = [
        {"name": column.name, "type": TYPES[str(column.type)]}
        | ({"description": meanings[column.name].strip()} if column.name in meanings else {})
        | ({"unit": "million euro"} if column.name == "value_meur" else {})
        for column in schema
    ]
    return {
        "name": "nltrade",
        "title": "Dutch trade in goods and services by country, as CBS publishes it: tidy",
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "title": "Creative Commons Attribution 4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "sources": [{"title": origin.attribution, "path": origin.link} for origin in origins],
        "resources": [
            {
                "name": "trade",
                "path": "trade.parquet",
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "bytes": len(content),
                "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
                "schema": {"fields": fields, "missingValues": [""]},
            }
        ],
    }


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in write_processed())
