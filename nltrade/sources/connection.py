"""
Connections on which an answer begins in time, however slowly the other side sends it.

The limit of a socket counts from the last byte, so an answer that comes a byte at a time never
reaches it. Here a clock hangs up.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR
from threading import Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from nltrade.version import __version__


@contextmanager
def within(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    """Do something, such as hanging up, unless what is inside has ended by then."""
    clock = Timer(max(0.0, seconds), act)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


class _InTime:
    """A connection whose answer begins in time, also where its head comes a byte at a time."""

    def getresponse(self) -> Any:
        connection: Any = self
        with within(connection.timeout or 60.0, self._hang_up):
            return super().getresponse()  # type: ignore[misc]

    def _hang_up(self) -> None:
        with suppress(OSError, AttributeError):
            self.sock.shutdown(SHUT_RDWR)  # type: ignore[attr-defined]


class Bounded(HTTPAdapter):
    """Makes connections of this kind for every host, and for proxies too."""

    def get_connection_with_tls_context(self, *given: Any, **how: Any) -> Any:
        """Give what opens connections to a host."""
        pool: Any = super().get_connection_with_tls_context(*given, **how)
        if not issubclass(pool.ConnectionCls, _InTime):
            pool.ConnectionCls = type("InTime", (_InTime, pool.ConnectionCls), {})
        return pool


def new_session(address: str) -> requests.Session:
    """Give a session for a service: it says who asks, and keeps its connection open."""
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, Bounded())
    session.headers["User-Agent"] = f"nltrade/{__version__} (Python requests)"

    # Proxies and certificates of the surroundings, looked up once and not with each page.
    around = session.merge_environment_settings(address, {}, None, None, None)
    session.proxies, session.verify = around["proxies"], around["verify"]
    session.trust_env = False
    return session
