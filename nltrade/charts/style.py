"""The look of figures: colours by what they mean, sizes by where they go, a house style instead."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
import numpy as np
from cycler import cycler
from matplotlib import font_manager
from matplotlib.colors import to_hex, to_rgb, to_rgba
from numpy.typing import NDArray

from nltrade.errors import UnknownName, close_to

STYLE = Path(__file__).with_name("nltrade.mplstyle")
# The typeface of everything that nltrade makes, in two weights, with figures of one width: a part
# of Source Sans 3 under a name of its own, as its licence (OFL.txt, beside it) asks of parts.
FAMILY = "Nltrade Sans"
FONTS = Path(__file__).with_name("fonts")
for font in sorted(FONTS.glob("*.ttf")):
    font_manager.fontManager.addfont(font)
# Width in inches: between the margins of an A4 document, over an A4 page, over a slide
# (where it is enlarged to 12.3 inches, so that 9 points are seen as 14), on a phone.
SIZES = {"column": 6.3, "page": 8.0, "slide": 7.9, "phone": 3.6}
# Colours are places in the cycle of the style in use: nltrade.mplstyle says what each means.
IMPORT, EXPORT, SUBJECT, IMPORT_LIGHT, EXPORT_LIGHT, PALE, GREY = (
    f"C{place}" for place in range(7)
)
COLOURS = {"import": IMPORT, "export": EXPORT}
RULE, INK, SOFT, PAGE = "C7", "C8", "C9", "C10"
DASHED: dict[str, Any] = {"color": RULE, "linewidth": 0.8, "linestyle": (0, (2, 2))}
# colours that are settings of their own
OWN = {INK: "text.color", SOFT: "xtick.color", PAGE: "figure.facecolor"}
CONTRAST = 4.5  # least ratio of text to what it stands on: WCAG 2.2, level AA


def styled(own: Path | str | None = None) -> AbstractContextManager[None]:
    """
    Draw in the style of the package, and leave matplotlib's own settings as they were.

    Parameters
    ----------
    own : path, optional
        A matplotlib style file of yours: what it sets takes the place of what `nltrade.mplstyle`
        sets. Its ``axes.prop_cycle`` may name fewer colours than ours; the others stay. Words are
        never read as mathematics.

    Returns
    -------
    context manager

    Raises
    ------
    UnknownName
        The file is not there, or is no style file.
    """
    settings = _settings(STYLE)
    colours = settings["axes.prop_cycle"].by_key()["color"]
    if own is not None:
        settings |= _house_style(Path(own))
        first = settings["axes.prop_cycle"].by_key().get("color", [])[: len(colours)]
        colours = [*first, *colours[len(first) :]]
    colours += [settings[name] for name in OWN.values()]
    settings["axes.prop_cycle"] = cycler(color=colours)
    # whatever a user or a notebook has set for other drawings
    return matplotlib.style.context(["default", settings])


def readable(colour: str, on: str = PAGE) -> str:
    """
    Give a colour as text: as it is, or in a darker (on a dark ground lighter) tone to read.

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
    *opaque, alpha = to_rgba(on)
    # a page that lets through is taken to lie on white
    ground = np.array(opaque) * alpha + 1 - alpha
    text = np.array(to_rgb(colour))
    # black or white, whichever is further off
    end = np.zeros(3) if _luminance(ground) > 0.18 else np.ones(3)
    for step in range(101):
        tone = to_hex(tuple(text * (1 - step / 100) + end * step / 100))
        if _contrast(np.array(to_rgb(tone)), ground) >= CONTRAST:
            break
    return tone


def _contrast(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb: NDArray[np.float64]) -> float:
    """Give the relative luminance of a colour, as WCAG defines it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def _settings(file: Path) -> dict[str, Any]:
    settings: Any = matplotlib.rc_params_from_file(
        file, fail_on_error=True, use_default_template=False
    )
    return dict(settings)


def _house_style(own: Path) -> dict[str, Any]:
    """Read a style file."""
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise UnknownName(
            f"Style file {own} is no text in UTF-8. Save it as lines of name: value."
        ) from None
    except OSError as error:
        raise UnknownName(
            f"Style file {own} cannot be read: {error.strerror}. Check the path."
        ) from None
    for line in lines:
        name = line.partition(":")[0].strip()
        if name and not name.startswith("#") and name not in matplotlib.rcParams:
            hint = close_to(name, matplotlib.rcParams)
            raise UnknownName(
                f"Style file {own}: matplotlib has no setting {name!r}.{hint} "
                "Write lines of name: value."
            )
    try:
        settings = _settings(own)
    except ValueError as error:
        why = str(error).strip().splitlines()[-1].strip()
        raise UnknownName(
            f"Style file {own} has a value that matplotlib cannot use: {why}. Mend that line."
        ) from None
    # words are drawn as they are
    return settings | {"text.parse_math": False, "text.usetex": False}
