"""Write the tidy frame of the newest snapshots as Parquet, for other tools: ``make data``."""

import io
import sys
from pathlib import Path

import msgspec
import pyarrow
import pyarrow.parquet

import nltrade as nl
from nltrade.files import write

PROCESSED = Path(__file__).parent / "processed"


def write_processed(folder: Path = PROCESSED) -> list[Path]:
    """Write the frame and its provenance; the same snapshots give the same bytes."""
    frame = nl.load()

    table = pyarrow.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    content = io.BytesIO()
    pyarrow.parquet.write_table(table, content, compression="zstd")

    provenance = msgspec.json.format(msgspec.json.encode(nl.origins(frame)))

    return [
        write(folder / "trade.parquet", content.getvalue()),
        write(folder / "origins.json", provenance + b"\n"),
    ]


if __name__ == "__main__":
    sys.stdout.writelines(f"{path}\n" for path in write_processed())
