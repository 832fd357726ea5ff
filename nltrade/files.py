"""Files written whole or not at all, and what their bytes hash to."""

import hashlib
import io
import os
import re
import tempfile
import zipfile
from pathlib import Path

import pandas as pd

START = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows
FORMULA = set("=+-@\t\r")


def write(path: Path, content: bytes) -> Path:
    """
    Write a file whole or not at all: under a temporary name first, then moved into its place.

    Parameters
    ----------
    path : pathlib.Path
        Where the file goes; its folder is made if needed.
    content : bytes
        What it holds.

    Returns
    -------
    pathlib.Path
        `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
            target.flush()
            # On disk before the name is: a power cut leaves the old file or the new one.
            os.fsync(target.fileno())
        temporary.chmod(0o644)
        return temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk does not say which file it was
        raise


def as_csv(data: pd.DataFrame) -> bytes:
    r"""
    Write a frame as CSV, so that no text of it runs as a formula in a spreadsheet.

    Parameters
    ----------
    data : pandas.DataFrame
        Plain columns; a text that begins as a formula does gets an apostrophe in front.

    Returns
    -------
    bytes

    Examples
    --------
    >>> as_csv(pd.DataFrame({"words": ["=1+1", "-5 percent"], "value": [1.5, -2.0]}))
    b"words,value\n'=1+1,1.5\n'-5 percent,-2.0\n"
    """
    safe = data.copy()
    for place, kind in enumerate(data.dtypes):
        if pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.StringDtype):
            safe.isetitem(place, data.iloc[:, place].map(_no_formula))
    written: str = safe.to_csv(index=False, lineterminator="\n")
    return written.encode("utf-8")


def _no_formula(cell: object) -> object:
    """Put an apostrophe before a text that begins as a formula does."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA else cell


def without_moments(content: bytes, *, inside: bool = False) -> bytes:
    """
    Write a zip again, every entry dated alike: an Office file that is the same bytes every time.

    Parameters
    ----------
    content : bytes
        A zip, such as a Word or PowerPoint file. A workbook in it, as behind a chart, is written
        again too.
    inside : bool
        Whether it is such a workbook: its own note of when it was made is dated alike as well.

    Returns
    -------
    bytes
        The same entries in the same order.
    """
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, START)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
            data = old.read(name)
            if name.endswith(".xlsx"):
                data = without_moments(data, inside=True)
            if inside and name == "docProps/core.xml":
                data = re.sub(rb">\d{4}-\d\d-\d\dT[^<]*<", b">1980-01-01T00:00:00Z<", data)
            new.writestr(entry, data)
    return target.getvalue()


def sha256(path: Path) -> str:
    """Give the hash of a file, read piece by piece."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
