"""Files written whole or not at all, and what their bytes hash to."""

import hashlib
import os
import tempfile
from pathlib import Path


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
            os.fsync(target.fileno())  # on disk before the name is: a power cut leaves the old file or the new one
        temporary.chmod(0o644)
        return temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sha256(path: Path) -> str:
    """Give the hash of a file, read piece by piece."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
