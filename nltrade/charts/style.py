"""The look of every figure: colours by what they mean, sizes by where a figure goes, and a house style in its place."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
from cycler import cycler

from nltrade.errors import UnknownName

STYLE = Path(__file__).with_name("nltrade.mplstyle")
# Width in inches: between the margins of an A4 document, over a full A4 page, beside the margins of a wide slide.
SIZES = {"column": 6.3, "page": 8.0, "slide": 9.0}
# Colours are places in the cycle of the style that is in use: what each means stands in nltrade.mplstyle.
IMPORT, EXPORT, SUBJECT, IMPORT_LIGHT, EXPORT_LIGHT, PALE, GREY, INK = (f"C{place}" for place in range(8))
COLOURS = {"import": IMPORT, "export": EXPORT}
CLASSES = tuple(f"C{place}" for place in range(8, 14))


def styled(own: Path | str | None = None) -> AbstractContextManager[None]:
    """
    Draw in the style of the package, and leave matplotlib's own settings as they were.

    Parameters
    ----------
    own : path, optional
        A matplotlib style file of yours: what it sets takes the place of what `nltrade.mplstyle` sets. Its
        ``axes.prop_cycle`` may name fewer colours than the 14 of ours; the others stay.

    Returns
    -------
    context manager

    Raises
    ------
    UnknownName
        The file is not there, or is no style file.
    """
    settings = _settings(STYLE)
    if own is not None:
        settings |= _house_style(Path(own), settings["axes.prop_cycle"].by_key()["color"])
    return matplotlib.style.context(["default", settings])  # whatever a user or a notebook has set for other drawings


def _settings(file: Path) -> dict[str, Any]:
    return dict(matplotlib.rc_params_from_file(file, fail_on_error=True, use_default_template=False))  # type: ignore[arg-type]


def _house_style(own: Path, colours: list[str]) -> dict[str, Any]:
    """Read a style file, and fill up its colours with ours."""
    try:
        known = {line.partition(":")[0].strip() for line in own.read_text(encoding="utf-8").splitlines()}
        settings = _settings(own)
    except (OSError, ValueError) as error:
        why = str(error).strip().splitlines()[-1]
        raise UnknownName(
            f"Style file {own} cannot be used: {why}. It is a matplotlib style: lines of name: value."
        ) from None
    if strange := sorted(known - set(settings) - {""} - {name for name in known if name.startswith("#")}):
        raise UnknownName(f"Style file {own}: matplotlib has no setting {strange[0]!r}.")
    if "axes.prop_cycle" in settings:
        first = settings["axes.prop_cycle"].by_key().get("color", [])
        settings["axes.prop_cycle"] = cycler(color=[*first, *colours[len(first) :]])
    return settings
