"""How CBS writes periods and cells without a value."""

import re
from typing import NamedTuple

from babel.dates import get_month_names

from nltrade.errors import SnapshotError
from nltrade.registry.entries import Freq

STATUS = {
    "Definitief": "definitive",
    "NaderVoorlopig": "revised provisional",
    "Voorlopig": "provisional",
}
FREQS: dict[Freq, tuple[str, str]] = {
    "A": ("JJ", "years"),
    "Q": ("KW", "quarters"),
    "M": ("MM", "months"),
}

# What a cell of the untyped data set says without being a number; in the typed one all of them are empty.
NO_VALUE = {"": "impossible", ".": "unknown or secret"}


class Period(NamedTuple):
    """A period of a table as the tidy frame shows it."""

    id: str
    freq: Freq
    complete: bool
    status: str


def period_of(
    key: str, title: str = "", status: str | None = None, definitive_until: str | None = None
) -> Period:
    """
    Read a period of CBS.

    Parameters
    ----------
    key : str
        ``2012JJ00``, ``2012KW01`` or ``2012MM01``.
    title : str
        Its title, such as ``"2012 "`` or ``"2022 januari-oktober"``.
    status : str, optional
        CBS's own word for it.
    definitive_until : str, optional
        The last year known to be definitive, for period tables that carry no status.

    Returns
    -------
    Period

    Raises
    ------
    SnapshotError
        The key has another form.

    Examples
    --------
    >>> period_of("2012KW01", "2012 1e kwartaal", "Definitief")
    Period(id='2012-Q1', freq='Q', complete=True, status='definitive')
    """
    parts = re.fullmatch(r"(\d{4})(JJ|KW|MM)(\d\d)", key.strip())
    if parts is None:
        raise SnapshotError(f"period key {key!r} is not of the form 2012JJ00, 2012KW01 or 2012MM01")
    year, kind, number = parts.groups()
    label = {"JJ": year, "KW": f"{year}-Q{int(number)}", "MM": f"{year}-{number}"}[kind]
    known = status in STATUS or definitive_until is None or year > definitive_until
    return Period(
        id=label,
        freq=next(freq for freq, (mark, _) in FREQS.items() if mark == kind),
        complete=not _part_year(kind, title),
        status=STATUS.get(status or "", "unknown") if known else "definitive",
    )


def months_of(title: str) -> tuple[int, int] | None:
    """
    Read the months of a part-year from its title.

    Parameters
    ----------
    title : str
        As CBS writes it, in Dutch.

    Returns
    -------
    (int, int) or None
        First and last month; None where the title names none.

    Examples
    --------
    >>> months_of("2022 januari-oktober"), months_of("2026 januari*"), months_of("2012")
    ((1, 10), (1, 1), None)
    """
    numbers = {
        name.lower(): number for number, name in get_month_names("wide", locale="nl").items()
    }
    found = [numbers[word] for word in re.findall(r"[a-z]+", title.lower()) if word in numbers]
    return (found[0], found[-1]) if found else None


def _part_year(kind: str, title: str) -> bool:
    # The key of a year that is not over is an ordinary year key; only its title says "2022 januari-oktober".
    return kind == "JJ" and not re.fullmatch(r"\d{4}\*{0,2}", title.strip())
