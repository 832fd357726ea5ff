"""
The CBS open data feed (OData v3): metadata through cbsodata, observations page by page, straight into columns.

The feed gives 10,000 rows a page and the address of the next one; connections break, for hours at times, and what
comes with status 200 can be half of it, or a page for people. So every answer is checked before it counts and asked
again, with growing waits, when it cannot be right. No limit on requests is documented: at most four are sent at a
time, and they say who asks.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from threading import Event, local
from typing import Any, TypeVar
from urllib.parse import unquote, urljoin, urlsplit

import cbsodata
import pyarrow as pa
import requests
import tenacity
from pyarrow import json
from tenacity.nap import sleep_using_event

from nltrade.errors import NoData, SourceError
from nltrade.sources.plan import Piece, Plan

ADDRESS = "https://opendata.cbs.nl"
OBSERVATIONS = "UntypedDataSet"  # tells "unknown or secret" from "impossible", which the typed one turns into null
AT_ONCE = 4
TIMEOUT = (
    6.0,
    60.0,
)  # seconds to connect to one address of the host (then its next is tried), and between bytes
TRIES = 6
FIRST_WAIT = 1.0  # seconds before an answer is asked again, doubled each time
PATIENCE = 600.0  # seconds of Retry-After that are waited for; longer is left to the user
GO_ON = "What came is kept: the same command goes on from there."

T = TypeVar("T")


class Again(Exception):
    """No answer, or one that cannot be right: to be asked again."""


class Feed:
    """
    One way into the feed, for one download; a context that closes its connections.

    Parameters
    ----------
    address : str, optional
        Where the service is: by default what the variable ``NLTRADE_CBS`` says, else CBS itself.
    """

    def __init__(self, address: str | None = None):
        self.address = (address or os.environ.get("NLTRADE_CBS") or ADDRESS).rstrip("/")
        if not re.match("https?://", self.address):
            raise SourceError(
                f"NLTRADE_CBS = {self.address!r} is no address: write http:// or https:// before it."
            )
        self.stop = Event()
        self._not_before = 0.0
        self._counts, self._uncounted = True, 0
        self._local = local()
        self._sessions: list[requests.Session] = []

    def __enter__(self) -> "Feed":
        return self

    def __exit__(self, *_: object) -> None:
        for session in self._sessions:
            session.close()

    def catalogue(self) -> list[dict[str, Any]]:
        """List all tables of CBS."""
        columns = ["Identifier", "Title", "Period", "Modified", "OutputStatus"]
        return self._ask(
            "the catalogue", lambda how: cbsodata.get_table_list(select=columns, **how)
        )

    def info(self, table: str) -> dict[str, Any]:
        """Give what CBS says of a table: its title, when it was modified."""
        return self._ask(table, lambda how: cbsodata.get_info(table, **how))

    def metadata(self, table: str, entity: str) -> list[dict[str, Any]]:
        """Give a dimension table, keys verbatim, or the properties of a table."""
        return self._ask(
            f"{entity} of {table}", lambda how: cbsodata.get_meta(table, entity, **how)
        )

    def count(self, plan: Plan, piece: Piece) -> int | None:
        """Ask how many rows a piece has; None where the service does not tell."""
        if not self._counts:
            return None
        try:
            return int(
                self._get(
                    f"{self._url(plan)}/$count", {"$filter": piece.filter} if piece.keys else {}
                )
            )
        except Again:
            self._uncounted += 1
            if self._uncounted < TRIES:
                raise
        except (SourceError, ValueError):
            pass
        self._counts = (
            False  # nobody knows whether the feed counts: one refusal, or many failures, are enough
        )
        return None

    def pages(self, plan: Plan, piece: Piece, *, full: bool) -> Iterator[pa.Table]:
        """
        Give the rows of a piece page by page, each column as the text that CBS wrote.

        A table that is `full` has a row for every combination of keys, which tells how many have to come where the
        feed does not count.
        """
        question = {"$format": "json", "$select": ",".join(plan.columns)}
        if piece.keys:
            question["$filter"] = piece.filter
        url: str | None = self._url(plan)
        seen: set[tuple[str, ...]] = set()
        start = 0

        def next_page() -> tuple[pa.Table, str | None]:
            found, link = _decoded(self._get(str(url), {} if start else question), plan)
            end = start + found.num_rows
            first = tuple(str(found[name][0]) for name in plan.dimensions) if found.num_rows else ()
            if first in seen:
                raise Again("a page came twice")
            skip = re.search(r"\$skip=(\d+)", unquote(link or ""))
            if skip and int(skip[1]) != end:
                raise Again(f"after row {end} its link leads to row {skip[1]}")
            if link is None:
                counted = self.count(plan, piece)
                expected = piece.rows if counted is None and full else counted
                if expected not in {None, end}:
                    raise Again(f"{end} rows came where there are {expected}")
            seen.add(first)
            return found, link and urljoin(str(url), link)

        while url is not None:
            found, url = self._tries(
                f"{plan.request.table} ({piece.filter or 'all'}), row {start}", next_page
            )
            start += found.num_rows
            yield found

    def _url(self, plan: Plan) -> str:
        return f"{self.address}/ODataFeed/odata/{plan.request.table}/{OBSERVATIONS}"

    def _get(self, url: str, params: dict[str, str]) -> bytes:
        """Ask once for the body of an answer; a failure that may pass is `Again`."""
        self._wait_for_cbs()
        try:
            answer = self._session().get(url, params=params, timeout=TIMEOUT)
        except requests.RequestException as error:
            raise Again(_in_words(error)) from None
        self._check_status(answer)
        return answer.content

    def _ask(self, what: str, call: Callable[[dict[str, Any]], T]) -> T:
        """Ask for metadata through cbsodata, which itself neither waits nor tries again."""
        parts = urlsplit(self.address)
        cbsodata.options.use_https = parts.scheme == "https"

        def once() -> T:
            self._wait_for_cbs()
            try:
                found = call({"catalog_url": parts.netloc + parts.path, "timeout": TIMEOUT})
            except requests.HTTPError as error:  # raised anew by cbsodata, without its answer
                self._check_status(getattr(error.__cause__, "response", None))
                raise Again(str(error)) from None
            except (requests.RequestException, ValueError, KeyError) as error:
                raise Again(_in_words(error)) from None
            if not found:
                raise Again("the answer is empty")
            return found

        return self._tries(what, once)

    def _tries(self, what: str, act: Callable[[], T]) -> T:
        again = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Again),
            wait=tenacity.wait_random_exponential(FIRST_WAIT, max=60)
            + tenacity.wait_fixed(FIRST_WAIT),
            stop=tenacity.stop_after_attempt(TRIES) | tenacity.stop_when_event_set(self.stop),
            sleep=sleep_using_event(self.stop),
            reraise=True,
        )
        try:
            return again(act)
        except Again as error:
            raise SourceError(
                f"{what}: {error}, {TRIES} times at {self.address}. Try again later. {GO_ON}"
            ) from None

    def _check_status(self, answer: requests.Response | None) -> None:
        if answer is None or answer.ok:
            return
        if answer.status_code == 404:
            raise SourceError(
                f"CBS has no {urlsplit(answer.url).path} (404). See `nltrade tables --search`."
            )
        if answer.status_code != 429 and answer.status_code < 500:
            raise SourceError(f"CBS refused {answer.url}: {answer.status_code} {answer.reason}.")
        wait = _seconds(answer.headers.get("Retry-After"))
        if wait > PATIENCE:
            raise SourceError(
                f"CBS asks to wait {wait / 60:.0f} minutes ({answer.status_code}). {GO_ON}"
            )
        self._not_before = max(self._not_before, time.monotonic() + wait)
        raise Again(f"CBS answers {answer.status_code}")

    def _wait_for_cbs(self) -> None:
        """Hold every request back for as long as CBS asked for in any answer."""
        self.stop.wait(max(0.0, self._not_before - time.monotonic()))
        if self.stop.is_set():
            raise SourceError(f"Stopped. {GO_ON}")

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            self._local.session.headers["User-Agent"] = (
                f"nltrade/{version('nltrade')} (Python requests)"
            )
            self._sessions.append(self._local.session)
        session: requests.Session = self._local.session
        return session


def find_tables(word: str) -> list[dict[str, Any]]:
    """
    Find tables in the catalogue of CBS by a word in their title.

    Parameters
    ----------
    word : str
        Part of a title, in upper or lower case; titles are in Dutch, or in English for tables with an id on ENG.

    Returns
    -------
    list of dict
        What the catalogue says of each: Identifier, Title, Period, Modified, OutputStatus.

    Raises
    ------
    SourceError
        CBS cannot be reached.
    NoData
        No title has the word.
    """
    with Feed() as feed:
        listed = feed.catalogue()
    if found := [row for row in listed if word.lower() in row["Title"].lower()]:
        return found
    raise NoData(
        f"None of the {len(listed)} tables of CBS has {word!r} in its title. Most titles are in Dutch."
    )


def _decoded(body: bytes, plan: Plan) -> tuple[pa.Table, str | None]:
    """Read the columns of a page, and the link to the next, without an object for every row or value."""
    row = pa.struct([(name, pa.string()) for name in plan.columns])
    schema = pa.schema([("value", pa.list_(row)), ("odata.nextLink", pa.string())])
    parse = json.ParseOptions(
        explicit_schema=schema, newlines_in_values=True, unexpected_field_behavior="ignore"
    )
    read = json.ReadOptions(use_threads=False, block_size=len(body) + 1)
    try:
        (page,) = json.read_json(pa.BufferReader(body), read, parse).to_batches()
        rows = page["value"].flatten()
        if page.num_rows != 1 or page["value"].null_count:
            raise pa.ArrowInvalid("it has no rows")
    except (pa.ArrowInvalid, ValueError) as error:
        head = body[:40].decode(errors="replace").strip()
        raise Again(
            f"the answer is no JSON or half of it: {error} (it begins with {head!r})"
        ) from error
    found = pa.Table.from_struct_array(rows)
    if absent := [
        name for name in plan.columns if found.num_rows and f'"{name}"'.encode() not in body
    ]:
        raise SourceError(
            f"{plan.request.table}: the rows have no {', '.join(absent)}, though the table lists it. CBS may be "
            "changing the table: try again later, or mend tables.toml."
        )
    return found, page["odata.nextLink"][0].as_py()


def _seconds(retry_after: str | None) -> float:
    """Read a Retry-After: seconds, or a date."""
    if not retry_after:
        return 0.0
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return 0.0


def _in_words(error: Exception) -> str:
    kinds = {
        requests.ConnectTimeout: f"no connection within {TIMEOUT[0]:.0f} seconds",
        requests.ReadTimeout: f"nothing came for {TIMEOUT[1]:.0f} seconds",
        requests.exceptions.ChunkedEncodingError: "the answer broke off",
        requests.ConnectionError: "the connection failed or broke off",
        ValueError: "the answer is no JSON or half of it",
        KeyError: "the answer has no rows",
    }
    return next((words for kind, words in kinds.items() if isinstance(error, kind)), str(error))
