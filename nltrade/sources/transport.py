"""
What every source needs of a network: one way to ask, with bounds, and again where that may help.

Connections break, for hours at times; what comes with status 200 can be half an answer, or a page
for people; a server can be slow without end, or mean harm. So an answer has a bound in bytes and in
seconds, stays on the host that was asked, and is looked at before it is parsed. It is asked again,
with growing waits, where that may help; where it cannot (a certificate, a proxy, a refusal) the
error says at once what to do. At most four requests are sent at a time, and they say who asks.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sized
from email.utils import parsedate_to_datetime
from functools import partial
from threading import Event, local
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec
import requests
import tenacity
from requests.utils import select_proxy
from tenacity.nap import sleep_using_event

from nltrade.errors import SourceError, UnknownName
from nltrade.sources.connection import new_session, within

AT_ONCE = 4
BYTES = 32_000_000  # of one answer: the largest page that is asked for has half of it
PART = 262_144  # bytes read at a time
COMPRESSED = 16_384  # of a compressed answer, which can become a thousand times as many
ROWS = 100_000  # of metadata; the longest list known has some 6,000
PAGES = 50  # of metadata
HOPS = 5  # redirects that are followed
FIRST_WAIT = 1.0  # seconds before an answer is asked again, doubled each time
CONNECT = 6.0  # seconds for one address of the host; then its next is tried
HOUR = 3_600  # seconds: nobody waits longer for one answer
PATIENCE = 100.0  # seconds of Retry-After that are waited for; longer is left to the user
GO_ON = "What came is kept: the same command goes on from there."

# Failures that a second try may mend, the particular before the general.
PASSING = {
    requests.ConnectTimeout: f"no connection within {CONNECT:.0f} seconds",
    requests.ReadTimeout: "nothing came for {seconds:.0f} seconds",
    requests.exceptions.ChunkedEncodingError: "the answer broke off",
    requests.exceptions.ContentDecodingError: "the answer is compressed and cannot be read",
    requests.RequestException: "the connection failed or broke off",
}

T = TypeVar("T")
Page = TypeVar("Page", bound=Sized)


class Again(Exception):
    """No answer, or one that cannot be right: to be asked again."""


class Patience(NamedTuple):
    """How long one answer may take as a whole, in seconds, and how often it is asked for."""

    seconds: float = 60.0
    tries: int = 6


class Transport:
    """
    One way to one service, for one download; a context that closes its connections.

    Parameters
    ----------
    address : str, optional
        Where the service is: by default what the `variable` of the surroundings says, else `home`.
        A name and password in it are sent, and never printed or kept.
    patience : Patience
        How long and how often to try.
    """

    variable = ""
    home = ""
    remedy = ""  # what to do where the service refuses

    def __init__(self, address: str | None = None, patience: Patience = Patience()):  # noqa: B008
        if not 0 < patience.seconds <= HOUR or patience.tries < 1:
            raise UnknownName(
                f"{patience.seconds} seconds and {patience.tries} tries for an answer cannot be. "
                f"Write a timeout of at most {HOUR:,} seconds, and one try or more."
            )
        address = address or os.environ.get(self.variable) or self.home
        if not re.match(r"https?://([^/\[\]]+|\[[^/]+\])", address, re.IGNORECASE):
            raise SourceError(
                f"{_public(address)!r} is no address: write http:// or https:// before it."
            )
        self.address = address.rstrip("/")
        self.patience = patience
        self.stop = Event()
        self._counts = True
        self._not_before = 0.0
        self._local = local()
        self._sessions: list[requests.Session] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for session in self._sessions:
            session.close()

    @property
    def shown(self) -> str:
        """The address as it is printed and kept: without a password."""
        return _public(self.address)

    def body(self, url: str, params: Mapping[str, str] | None = None, most: int = BYTES) -> bytes:
        """Ask once for an answer of at most so many bytes; a failure that may pass is `Again`."""
        self._wait()
        deadline = time.monotonic() + self.patience.seconds

        for _ in range(HOPS):
            try:
                with self._session().get(
                    url,
                    params=params,
                    timeout=(min(CONNECT, self.patience.seconds), self.patience.seconds),
                    stream=True,
                    allow_redirects=False,
                ) as answer:
                    if not answer.is_redirect:
                        self._check_status(answer)
                        return self._read(answer, deadline, most)
                    url, params = self.stay(url, answer.headers["Location"]), None
            except (OSError, ValueError) as error:
                raise self._failure(error) from None
        raise SourceError(f"{_public(url)} leads from one address to the next without an end.")

    def rows(
        self, what: str, url: str, params: Mapping[str, str] | None = None, link: str = ""
    ) -> list[dict[str, Any]]:
        """Ask for a list of metadata, page after page, until there is no `link` to the next."""
        found: list[dict[str, Any]] = []

        def read(body: bytes, _: int) -> tuple[list[dict[str, Any]], str | None]:
            page = as_object(body)
            more, given = page.get("value"), page.get(link)
            if not isinstance(more, list) or not all(isinstance(row, dict) for row in more):
                raise SourceError(f"{what}: the answer of {self.shown} is no list of rows.")
            return more, given if isinstance(given, str) and more else None

        for number, more in enumerate(self.follow(what, url, params, read)):
            found += more
            if number == PAGES or len(found) > ROWS:
                raise SourceError(f"{what}: the list of {self.shown} has no end.")
        return found

    def follow(
        self,
        what: str,
        url: str,
        params: Mapping[str, str] | None,
        read: Callable[[bytes, int], tuple[Page, str | None]],
    ) -> Iterator[Page]:
        """
        Give page after page.

        `read` makes a page of an answer, told how many rows came before, and gives the link to the
        next one too.
        """

        def turn(here: str, asked: Mapping[str, str] | None, rows: int) -> tuple[Page, str | None]:
            page, link = read(self.body(here, asked), rows)
            return page, link and self.stay(here, link)

        rows, following = 0, url
        while following:
            where = f"{what}, row {rows}" if rows else what
            page, link = self.attempt(where, partial(turn, following, params, rows))
            yield page
            # A link carries the question already.
            rows, following, params = rows + len(page), link or "", None

    def json(self, what: str, url: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Ask for one object, as often as needed."""
        return self.attempt(what, lambda: as_object(self.body(url, params)))

    def counted(self, url: str, params: Mapping[str, str]) -> int | None:
        """Ask for a number of rows; None, from then on without asking, where none is told."""
        if self._counts:
            try:
                # Some services write a byte-order mark before the number.
                return int(self.body(url, params, most=1_000).decode("utf-8-sig"))
            except (SourceError, ValueError):
                self._counts = False  # one refusal is enough
        return None

    def attempt(self, what: str, act: Callable[[], T]) -> T:
        """Do something until it is no `Again`, a few times with growing waits."""
        tries = self.patience.tries
        again = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Again),
            wait=tenacity.wait_random_exponential(FIRST_WAIT, max=60)
            + tenacity.wait_fixed(FIRST_WAIT),
            # Nobody waits for more than two answers that never end.
            stop=tenacity.stop_after_attempt(tries)
            | tenacity.stop_after_delay(0.8 * self.patience.seconds)
            | tenacity.stop_when_event_set(self.stop),
            sleep=sleep_using_event(self.stop),
            reraise=True,
        )
        try:
            return again(act)
        except Again as error:
            times = again.statistics.get("attempt_number", tries)
            raise NoAnswer(
                f"{what}: {error}, {times} times at {self.shown}. Try again later. {GO_ON}"
            ) from None

    def stay(self, url: str, link: str) -> str:
        """Give the address that a link leads to; one that leaves the host is refused."""
        here = urlsplit(url)
        try:
            there = urlsplit(urljoin(url, link))
        except ValueError:
            raise SourceError(
                f"{_public(url)} leads to {link[:80]!r}: that is no address."
            ) from None
        if there.hostname != here.hostname or there.scheme not in {"http", "https"}:
            raise SourceError(
                f"{_public(url)} leads to another host, {there.hostname}: that is not followed."
            )
        # A service behind a proxy can write its links with the scheme or the port of the inside.
        return there._replace(scheme=here.scheme, netloc=here.netloc).geturl()

    def _read(self, answer: requests.Response, deadline: float, most: int) -> bytes:
        """Read a body to its end, its bound or its time, whichever comes first."""
        parts, size = [], 0
        step = COMPRESSED if "Content-Encoding" in answer.headers else PART
        late = f"the answer was not whole after {self.patience.seconds:.0f} seconds"
        try:
            with within(deadline - time.monotonic(), answer.raw.shutdown):
                for part in answer.iter_content(step):
                    parts.append(part)
                    size += len(part)
                    if size > most:
                        raise SourceError(
                            f"{_public(answer.url)} sends more than {most / 1e6:.0f} MB: that is "
                            "no page of a table, and was not read further."
                        )
                    if self.stop.is_set():
                        raise SourceError(f"Stopped. {GO_ON}")
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise Again(late) from None
            raise
        # An answer without a length ends, for who reads it, where it was hung up.
        if time.monotonic() > deadline:
            raise Again(late)
        return b"".join(parts)

    def _check_status(self, answer: requests.Response) -> None:
        """Refuse what is no answer; wait where the service asks to."""
        status, where = answer.status_code, _public(answer.url).partition("?")[0]
        host = urlsplit(where).hostname
        if status < 300:
            return
        if status == 404:
            path = urlsplit(where).path
            raise SourceError(f"{host} has no {path} (404). See `nltrade tables --search`.")
        if status == 407:
            raise SourceError("The proxy wants a name and password (407): set HTTPS_PROXY.")
        if status != 429 and status < 500:
            raise NoAnswer(f"{host} refused {where}: {status} {answer.reason}. {self.remedy}")

        wait = seconds_of(answer.headers.get("Retry-After"))
        if wait > PATIENCE:
            raise SourceError(f"{host} asks to wait {wait / 60:.0f} minutes ({status}). {GO_ON}")
        self._not_before = max(self._not_before, time.monotonic() + wait)
        raise Again(f"{host} answers {status}")

    def _failure(self, error: OSError | ValueError) -> Exception:
        """Tell failures apart: those that a second try may mend, and those that the user has to."""
        if isinstance(error, ValueError):  # of an address, that of a proxy too
            proxy = select_proxy(self.address, self._session().proxies)
            fault = f"The proxy {_public(proxy)}" if proxy else self.shown
            variable = "HTTPS_PROXY" if proxy else self.variable
            return SourceError(
                f"{fault} is no address that can be asked. Mend {variable}, or unset it."
            )
        host = urlsplit(self.address).hostname
        if not isinstance(error, requests.RequestException):
            return SourceError(f"{host} cannot be asked: {error}. Is REQUESTS_CA_BUNDLE right?")
        if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE" in str(error).upper():
            return SourceError(
                f"The certificate of {host} is not trusted here. Where a company's network shows "
                "its own, set REQUESTS_CA_BUNDLE to the file with its certificates."
            )
        if isinstance(error, requests.exceptions.ProxyError):
            return SourceError(f"The proxy does not lead to {host}. Mend HTTPS_PROXY, or unset it.")
        if "NameResolutionError" in repr(error) or "getaddrinfo" in str(error):
            return SourceError(
                f"No address is known of {host}: is there a network, and is its name right?"
            )
        says = next(says for kind, says in PASSING.items() if isinstance(error, kind))
        return Again(says.format(seconds=self.patience.seconds))

    def _wait(self) -> None:
        """Hold every request back for as long as the service asked for in any answer."""
        self.stop.wait(max(0.0, self._not_before - time.monotonic()))
        if self.stop.is_set():
            raise SourceError(f"Stopped. {GO_ON}")

    def _session(self) -> requests.Session:
        """Give the session of this thread: one connection that stays open."""
        if not hasattr(self._local, "session"):
            self._local.session = new_session(self.address)
            self._sessions.append(self._local.session)
        found: requests.Session = self._local.session
        return found


class NoAnswer(SourceError):
    """The service cannot be reached, or refuses: another way to the same table may be open."""


def as_object(body: bytes) -> dict[str, Any]:
    """Decode the JSON of one object; a page for people, or half an answer, is `Again`."""
    try:
        return msgspec.json.decode(checked(body), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Again(f"the answer is no JSON or half of it: {error}") from None


def checked(body: bytes) -> bytes:
    """Refuse what cannot be an object before it is parsed: on some of it parsers crash."""
    text = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text.startswith(b"{"):
        head = body[:40].decode(errors="replace").strip()
        raise Again(f"the answer is no JSON or half of it (it begins with {head!r})")
    return text


def seconds_of(retry_after: str | None) -> float:
    """Read a Retry-After: seconds, or a date."""
    if not retry_after:
        return 0.0
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _public(address: str) -> str:
    """Leave name, password and key out of an address."""
    address = re.sub(r"(subscription-key=)[^&]*", r"\1...", address)
    return re.sub(r"(//)[^/@]*@", r"\1", address)
