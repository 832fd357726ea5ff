"""The replica as a server on loopback."""

import contextlib
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cbs_replica import feed
from cbs_replica.faults import PAGE, Answer, Fault, ModifiedHalfway, OnTheWire, changed
from cbs_replica.shape import Table
from cbs_replica.tables import build, every

RESET = struct.pack("ii", 1, 0)


class Replica:
    """
    A replica of the CBS feed, for as long as the ``with`` block lasts.

    Parameters
    ----------
    tables : iterable of Table or str, optional
        Tables or identifiers of tables; all that the replica knows by default.
    faults : iterable of Fault, optional
        What goes wrong, see `cbs_replica.faults`.
    latency : float
        Seconds before each answer.
    count : bool or "with a mark"
        Whether ``/$count`` is answered, and whether a byte order mark stands before the number.
    port : int
        Port to listen on; a free one by default.
    page : int
        Rows of a page; a smaller one than CBS's makes a small question one of several pages.
    keep : bool
        Whether to keep every answer and give it again, so that a benchmark measures who asks and
        not the replica.
    """

    def __init__(
        self,
        tables: Iterable[Table | str] | None = None,
        faults: Iterable[Fault] = (),
        latency: float = 0.0,
        *,
        count: bool | str = False,
        port: int = 0,
        page: int = PAGE,
        keep: bool = False,
    ):
        chosen = (
            every()
            if tables is None
            else [build(each) if isinstance(each, str) else each for each in tables]
        )
        self.tables: dict[str, Table] = {table.id: table for table in chosen}
        self.faults = list(faults)
        self.latency, self.count, self.port, self.page = latency, count, port, page
        self._kept: dict[tuple[str, frozenset[tuple[str, str]]], Answer] | None = (
            {} if keep else None
        )
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.most_at_once = 0
        self._applied: Counter[int] = Counter()
        self._now = 0
        self._lock = Lock()

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def host(self) -> str:
        """Host and port, as the ``catalog_url`` of cbsodata wants them."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "Replica":
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        if self._server.broken and error is None:
            raise self._server.broken[0]

    def arrive(self, path: str, options: dict[str, str], headers: dict[str, str]) -> None:
        with self._lock:
            self.requests.append((path, options))
            self.headers.append(headers)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)

    def leave(self) -> None:
        with self._lock:
            self._now -= 1

    def answer(self, path: str, options: dict[str, str], *, json: bool) -> Answer:
        """Answer a request, faults included, or as it was answered before."""
        question = path, frozenset(options.items())
        if self._kept is None:
            return self._answer(path, options, json=json)
        if question not in self._kept:
            self._kept[question] = self._answer(path, options, json=json)
        return self._kept[question]

    def _answer(self, path: str, options: dict[str, str], *, json: bool) -> Answer:
        route = feed.route(path)
        faults = self._faults_of(route, options) if route else []
        tables = self.tables
        if route and route.table in tables:
            for fault in faults:
                if isinstance(fault, ModifiedHalfway):
                    fault.happen(tables[route.table])
            tables = {route.table: changed(tables[route.table], faults)}
        answer = feed.answer(
            route,
            options,
            tables,
            self.url,
            faults=faults,
            json=json,
            count=self.count,
            page=self.page,
        )
        for fault in faults:
            if isinstance(fault, OnTheWire):
                return fault.answer(answer)
        return answer

    def _faults_of(self, route: feed.Route, options: dict[str, str]) -> list[Fault]:
        skip = options.get("$skip", "0")
        page = int(skip) // self.page if skip.isdigit() else 0
        with self._lock:
            live = [
                fault
                for fault in self.faults
                if fault.applies(route.table, route.entity, page)
                and (fault.times is None or self._applied[id(fault)] < fault.times)
            ]
            if wire := [fault for fault in live if isinstance(fault, OnTheWire)][:1]:
                live = [
                    fault
                    for fault in live
                    if fault.times is None and not isinstance(fault, OnTheWire)
                ] + wire
            self._applied.update(map(id, live))
        return live


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], replica: Replica):
        self.replica, self.stopping = replica, Event()
        self.broken: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._guard = Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.broken.append(error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path, options = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        replica = self.server.replica
        replica.arrive(path, options, dict(self.headers))
        try:
            self.server.stopping.wait(replica.latency)
            json = options.get("$format") == "json" or "json" in self.headers.get("Accept", "")
            self._send(replica.answer(path, options, json=json))
        finally:
            replica.leave()

    def _send(self, answer: Answer) -> None:
        body = answer.body if answer.stop_after is None else answer.body[: answer.stop_after]
        if not (answer.reset and answer.stop_after == 0):
            self.send_response_only(answer.status)
            headers = {
                "Date": formatdate(usegmt=True),
                **answer.headers,
                "Content-Length": str(len(answer.body)),
            }
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._write(body, answer)
        if answer.stop_after is not None:
            self.close_connection = True
        if answer.reset:
            self._reset()

    def _write(self, body: bytes, answer: Answer) -> None:
        if not answer.chunk:
            self.wfile.write(body)
            return
        for start in range(0, len(body), answer.chunk):
            self.wfile.write(body[start : start + answer.chunk])
            if self.server.stopping.wait(answer.pause):
                self.close_connection = True
                return

    def _reset(self) -> None:
        time.sleep(
            0.01
        )  # lets the client take in what was sent: a reset discards what is still on its way
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests quiet."""
