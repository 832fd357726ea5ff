"""The look of every figure: colours by what they mean, sizes by where a figure goes, and a house style in its place."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from cycler import cycler
from matplotlib.colors import to_hex, to_rgb
from numpy.typing import NDArray

from nltrade.errors import UnknownName

STYLE = Path(__file__).with_name("nltrade.mplstyle")
# Width in inches: between the margins of an A4 document, over a full A4 page, beside the margins of a wide slide.
SIZES = {"column": 6.3, "page": 8.0, "slide": 9.0}
# Colours are places in the cycle of the style that is in use: what each means stands in nltrade.mplstyle.
IMPORT, EXPORT, SUBJECT, IMPORT_LIGHT, EXPORT_LIGHT, PALE, GREY, INK = (f"C{place}" for place in range(8))
COLOURS = {"import": IMPORT, "export": EXPORT}
CLASSES = tuple(f"C{place}" for place in range(8, 14))
SOFT, RULE, PAGE = "C14", "C15", "C16"  # text of less weight, marks and rules, what everything is drawn on
CONTRAST = 4.5  # least ratio of text to what it stands on: WCAG 2.2, level AA


def styled(own: Path | str | None = None) -> AbstractContextManager[None]:
    """
    Draw in the style of the package, and leave matplotlib's own settings as they were.

    Parameters
    ----------
    own : path, optional
        A matplotlib style file of yours: what it sets takes the place of what `nltrade.mplstyle` sets. Its
        ``axes.prop_cycle`` may name fewer colours than ours; the others stay.

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
    return matplotlib.style.context(settings)


def readable(colour: str, on: str = PAGE) -> str:
    """
    Give a colour as text: as it is, or in a darker (on a dark ground lighter) tone that can be read.

    Parameters
    ----------
    colour : str
        A colour, such as `EXPORT`.
    on : str
        What the text stands on.

    Returns
    -------
    str
        The nearest tone whose contrast with the ground is at least `CONTRAST`.

    Examples
    --------
    >>> with styled():
    ...     readable(IMPORT), readable(EXPORT), readable(PAGE, on=SUBJECT)
    ('#0072b2', '#c25600', '#ffffff')
    """
    ground, text = np.array(to_rgb(on)), np.array(to_rgb(colour))
    end = np.zeros(3) if _luminance(ground) > 0.18 else np.ones(3)  # black or white, whichever is further off
    tones = (text + (end - text) * step / 100 for step in range(101))
    return to_hex(next(tone for tone in tones if _contrast(tone, ground) >= CONTRAST))


def _contrast(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb: NDArray[np.float64]) -> float:
    """Give the relative luminance of a colour, as WCAG defines it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


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
