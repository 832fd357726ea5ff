"""How CBS writes periods, cells without a value, and the names of columns."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from babel.dates import get_month_names

from nltrade import registry
from nltrade.errors import SnapshotError
from nltrade.registry.entries import Freq, Table

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

# What a cell of the untyped data set says without being a number; in the typed one all of them are
# empty.
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


def column_of(title: str) -> str:
    """
    Write a title as CBS makes the name of a column of it, without its running number.

    Examples
    --------
    >>> column_of("Totaal royalty's en licentierechten"), column_of("Uitvoerwaarde product NL")
    ('TotaalRoyaltySEnLicentierechten', 'UitvoerwaardeProductNL')
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    name = "".join(word[0].upper() + word[1:] for word in words)
    return f"k_{name}" if name[:1].isdigit() else name


def spelt(table: Table, there: Iterable[str]) -> dict[str, str]:
    """Give CBS's own name for each dimension: 70017 has Landengroepen, others LandenGroepen."""
    by_name = {name.lower(): name for name in there}
    return {name: by_name.get(name.lower(), name) for name in table.dimensions}


def value_columns(table: Table) -> list[str]:
    """Name the columns with values that are registered: measures, or products in columns."""
    return list(registry.product_keys(table.id)) if table.direction else list(table.measures)


def measure_columns(table: Table, properties: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """
    Find the registered value columns in the columns that CBS has today.

    A name is the title and a running number, so an inserted topic renumbers those behind it: names
    are matched by title and, where the table has two series, by the group of topics.

    Parameters
    ----------
    table : Table
        The registered table.
    properties : sequence of mapping
        The entity ``DataProperties``.

    Returns
    -------
    dict of str to str
        Registered name to CBS's name; what cannot be found, or not surely, is left out.
    """
    groups = {row.get("ID"): row for row in properties if row.get("Type") == "TopicGroup"}

    def in_group(row: Mapping[str, Any]) -> bool:
        while (row := groups.get(row.get("ParentID"), {})) != {}:
            if str(row.get("Title")).strip() == table.topic_group:
                return True
        return False

    topics = [row for row in properties if row.get("Type") == "Topic" and row.get("Key")]
    if table.topic_group:
        topics = [row for row in topics if in_group(row)] or topics
    there = [str(row["Key"]) for row in topics]

    found = {}
    for name in value_columns(table):
        same = [key for key in there if unnumbered(key) == unnumbered(name)]
        if name in same:
            found[name] = name
        elif len(same) == 1:
            found[name] = same[0]
    return found


def unnumbered(name: str) -> str:
    """Give the name of a column without its running number, in lower case."""
    return re.sub(r"_\d+$", "", name).lower()


def _part_year(kind: str, title: str) -> bool:
    # The key of a year that is not over is an ordinary year key; only its title says "2022 januari-
    # oktober".
    return kind == "JJ" and not re.fullmatch(r"\d{4}\*{0,2}", title.strip())
