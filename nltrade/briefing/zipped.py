"""Office files that are the same bytes every time: a zip whose entries carry no moment."""

import io
import zipfile

START = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip knows


def without_moments(content: bytes) -> bytes:
    """
    Write a zip again, every entry dated alike.

    Parameters
    ----------
    content : bytes
        A zip, such as a Word or PowerPoint file.

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
            new.writestr(entry, old.read(name))
    return target.getvalue()
