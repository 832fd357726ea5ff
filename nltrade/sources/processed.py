"""
Write the tidy frame as one Parquet file, for readers with other tools: ``python -m nltrade.sources.processed``.

The package itself reads the snapshot, so the two cannot drift apart unseen.
"""

import io
import logging
from pathlib import Path

import msgspec
import pyarrow
import pyarrow.parquet

from nltrade.files import write
from nltrade.sources import snapshot
from nltrade.sources.tidy import load

FOLDER = Path(__file__).parents[2] / "data" / "processed"


def write_processed(folder: Path = FOLDER) -> list[Path]:
    """
    Write the tidy frame of the newest snapshots, and its provenance beside it.

    Parameters
    ----------
    folder : pathlib.Path
        Where ``trade.parquet`` and ``origins.json`` go; ``data/processed`` of the checkout by default.

    Returns
    -------
    list of pathlib.Path
        The files written. The same snapshots give the same bytes.
    """
    frame = load()
    table = pyarrow.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    content = io.BytesIO()
    pyarrow.parquet.write_table(table, content, compression="zstd")
    provenance = msgspec.json.format(msgspec.json.encode(snapshot.origins(frame)))
    return [
        write(folder / "trade.parquet", content.getvalue()),
        write(folder / "origins.json", provenance + b"\n"),
    ]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for path in write_processed():
        logging.getLogger("nltrade").info("%s", path)
