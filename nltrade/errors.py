"""The errors of this package: each is a sentence that says what, where and what to do next."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches


class NltradeError(Exception):
    """
    Base of all errors of this package: each is a sentence that says what, where and what to do
    next.

    `exit_code` is what the command line returns.

    Examples
    --------
    >>> import nltrade as nl
    >>> try:
    ...     nl.rank_partners(nl.load(), period="last year")
    ... except nl.NltradeError as error:
    ...     print(error)
    No period 'last year'. Write a year, a quarter or a month: 2012, 2012-Q1 or 2012-01.
    """

    exit_code = 2


class UnknownName(NltradeError, LookupError):
    """
    A partner, product, flow, table or period that does not exist.

    Examples
    --------
    >>> import nltrade as nl
    >>> nl.select(nl.load(), flow="improt")
    Traceback (most recent call last):
    nltrade.errors.UnknownName: No flow 'improt'. Did you mean 'import'? Flows are import, export,
    re-export, domestic export, total trade, quasi-transit import, quasi-transit export.
    """


class FrameError(NltradeError, ValueError):
    """A frame that is not in the tidy shape; the message names the column and the remedy."""


class RegistryError(NltradeError, ValueError):
    """An entry of a registry or claims file is wrong; the message names file, entry and remedy."""


class NoData(NltradeError):
    """
    What was asked has no figure in the data that are here; that does not mean zero.

    Examples
    --------
    >>> import nltrade as nl
    >>> nl.select(nl.load("83028NED"), product="33", period=2012)
    Traceback (most recent call last):
    nltrade.errors.NoData: No rows with product 33. Here: 3, TOTAL. Bring it with
    `nltrade fetch 7137shih --product 33 --years 2012`.
    """

    exit_code = 3


class SnapshotError(NltradeError):
    """A file of a snapshot is missing or its bytes changed."""

    exit_code = 3


class SourceError(NltradeError):
    """CBS could not be reached, refused, or sent what cannot be believed."""

    exit_code = 3


class ManifestError(NltradeError):
    """The manifest of a folder of figures is missing or cannot be read."""

    exit_code = 3


def close_to(given: str, known: Iterable[str]) -> str:
    """
    Say which known name is close to the one given.

    Parameters
    ----------
    given : str
        What the user wrote.
    known : iterable of str
        What exists.

    Returns
    -------
    str
        ``" Did you mean 'import'?"``, or an empty string where nothing is close.

    Examples
    --------
    >>> close_to("improt", ["import", "export"])
    " Did you mean 'import'?"
    """
    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(given.lower(), list(by_lower), n=1, cutoff=0.7)
    return f" Did you mean {by_lower[found[0]]!r}?" if found else ""


@contextmanager
def needs(extra: str, what: str) -> Iterator[None]:
    """
    Turn a library that is not installed into a sentence that says what to install.

    Parameters
    ----------
    extra : str
        The extra of this package that brings it.
    what : str
        What needs it.

    Raises
    ------
    NltradeError
        Names the library and the command that installs it.

    Examples
    --------
    >>> with needs("briefing", "the page"):
    ...     import no_such_library
    Traceback (most recent call last):
    nltrade.errors.NltradeError: the page needs no_such_library. Install it with: pip install
    'nltrade[briefing]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise NltradeError(
            f"{what} needs {error.name}. Install it with: pip install 'nltrade[{extra}]'"
        ) from None
