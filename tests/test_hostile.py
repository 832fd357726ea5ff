"""
A server that means harm, or is broken: every answer ends in a sentence, soon, in little memory.
"""

import gzip
import http.server
import json
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import nltrade as nl
from cbs_replica import Replica
from nltrade.sources import store, transport
from test_fetch import own

__all__ = ["own"]  # a fixture

TABLE = "83028NED"
FEED = f"/ODataFeed/odata/{TABLE}/"


@pytest.fixture(scope="module")
def right():
    """What an honest server answers, by entity."""
    with Replica([TABLE]) as cbs:
        yield cbs


@pytest.fixture
def hostile(right, monkeypatch):
    """Start a server that answers as the honest one does, but for what `spoil` does to it."""
    started = []

    def start(spoil):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                entity = urlsplit(self.path).path.rpartition("/")[2]
                answer = right.answer(urlsplit(self.path).path, {"$format": "json"}, json=True)
                body = answer.body.replace(right.host.encode(), self.headers["Host"].encode())
                spoilt = spoil(self, entity, body)
                if spoilt is not None:
                    send(self, spoilt)

            def log_message(self, *_):
                """Keep the tests quiet."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        monkeypatch.setenv("NLTRADE_CBS", f"http://127.0.0.1:{server.server_address[1]}")
        return server

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


def send(handler, body, status=200, **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def instead(entity, body):
    """Answer one entity with another body."""
    return lambda _, asked, given: body if asked == entity else given


def edited(entity, change):
    """Change the decoded rows of one entity."""

    def spoil(_, asked, given):
        if asked != entity:
            return given
        page = json.loads(given)
        change(page)
        return json.dumps(page).encode()

    return spoil


def first(**fields):
    return lambda page: page["value"][0].update(fields)


def value(text):
    """Write something into a cell of the observations."""
    return edited("UntypedDataSet", first(Invoerwaarde_1=text))


SPOILT = {
    "null for a page": (instead("UntypedDataSet", b"null"), "no JSON or half of it"),
    "null for metadata": (instead("TableInfos", b"null"), "no JSON or half of it"),
    "a list": (instead("SITC", b"[]"), "no JSON or half of it"),
    "no rows at all": (instead("SITC", b"{}"), "is no list of rows"),
    "rows that are none": (instead("SITC", b'{"value": [1, 2]}'), "is no list of rows"),
    "an empty list": (instead("Perioden", b'{"value": []}'), "the answer is empty"),
    "deep brackets": (instead("SITC", b'{"value": ' + b"[" * 100_000), "no JSON or half of it"),
    "deep in a page": (
        instead("UntypedDataSet", b'{"value": [], "x": ' + b'{"a":' * 100_000),
        "no JSON or half of it",
    ),
    "not UTF-8": (instead("TableInfos", b'{"value": [{"Title": "\xff"}]}'), "no JSON"),
    "a date that leads away": (edited("TableInfos", first(Modified="../../x")), "cannot be right"),
    "a path for a date": (edited("TableInfos", first(Modified="/etc/cron.d/x")), "cannot be right"),
    "no date": (edited("TableInfos", first(Modified="")), "cannot be right"),
    "a date to come": (edited("TableInfos", first(Modified="2099-01-01")), "cannot be right"),
    "a number for a date": (edited("TableInfos", first(Modified=3)), "not as CBS writes it"),
    "no title": (edited("TableInfos", first(Title=None)), "not as CBS writes it"),
    "ESC in a title": (edited("SITC", first(Title="\x1b[31mred")), "characters that no text has"),
    "a key of a number": (edited("SITC", first(Key=7)), "rows without a key or a title"),
    "a key twice": (
        edited("SITC", lambda page: page["value"].append(page["value"][0])),
        "has keys twice",
    ),
    "no columns": (edited("DataProperties", lambda p: p["value"].clear()), "the answer is empty"),
    "columns of a number": (
        edited("DataProperties", first(Type=1, Key=2)),
        "is not as CBS writes it|dimensions are",
    ),
    "infinite": (value("Infinity"), "neither a number"),
    "not a number": (value("NaN"), "neither a number"),
    "too large": (value("1e308"), "neither a number"),
    "a number without quotes": (value(1), "no JSON or half of it"),
    "a row of nothing": (
        edited("UntypedDataSet", lambda page: page["value"].append(None)),
        "no JSON or half of it",
    ),
    "a key of nothing": (edited("UntypedDataSet", first(SITC=None)), "rows without a key"),
    "a link to another host": (
        edited("UntypedDataSet", lambda p: p.update({"odata.nextLink": "http://example.org/x"})),
        "leads to another host, example.org",
    ),
    "a link to a file": (
        edited("UntypedDataSet", lambda p: p.update({"odata.nextLink": "file:///etc/passwd"})),
        "leads to another host",
    ),
    "a link without an end": (
        edited("SITC", lambda p: p.update({"odata.nextLink": "/ODataFeed/odata/83028NED/SITC"})),
        "has no end",
    ),
    "a link to no address": (
        edited("UntypedDataSet", lambda p: p.update({"odata.nextLink": "http://[::1"})),
        "that is no address",
    ),
    "a link that is a number": (
        edited("UntypedDataSet", lambda p: p.update({"odata.nextLink": 3})),
        "no JSON or half of it",
    ),
}


@pytest.mark.parametrize(("spoil", "says"), SPOILT.values(), ids=SPOILT)
def test_what_cannot_be_is_refused_with_a_sentence(hostile, own, spoil, says):
    hostile(spoil)
    with pytest.raises(nl.errors.SourceError, match=says):
        nl.fetch(TABLE, tries=2)
    assert store.dates(TABLE) == ["2023-01-04"]
    assert not list((own / "raw").rglob("origin.json"))


STATUSES = {
    "a page of ASP.NET": (400, "it does not let in"),
    "refused": (403, "it does not let in"),
    "empty": (406, "it does not let in"),
    "proxy": (407, "wants a name and password"),
    "lasting": (500, "127.0.0.1 answers 500, 2 times"),
}


@pytest.mark.parametrize(("status", "says"), STATUSES.values(), ids=STATUSES)
def test_refusals_are_told_apart_and_not_asked_again_where_that_is_vain(hostile, status, says):
    asked = []

    def spoil(handler, *_):
        asked.append(1)
        send(handler, b"<html>" if status == 400 else b"", status)

    hostile(spoil)
    with pytest.raises(nl.errors.SourceError, match=says):
        nl.fetch(TABLE, tries=2)
    assert len(asked) == (2 if status == 500 else 1)


def test_a_redirect_to_another_host_is_not_followed(hostile):
    hostile(lambda handler, *_: send(handler, b"", 302, Location="http://example.org/"))
    with pytest.raises(nl.errors.SourceError, match=r"leads to another host, example\.org"):
        nl.fetch(TABLE)


def test_a_redirect_to_no_address_is_a_sentence(hostile):
    hostile(lambda handler, *_: send(handler, b"", 302, Location="http://[::1"))
    with pytest.raises(nl.errors.SourceError, match="is no address that can be asked"):
        nl.fetch(TABLE)


def test_redirects_without_an_end_are_left(hostile):
    hostile(lambda handler, *_: send(handler, b"", 302, Location=handler.path))
    with pytest.raises(nl.errors.SourceError, match="from one address to the next without an end"):
        nl.fetch(TABLE)


def test_a_page_without_an_end_has_a_bound(hostile):
    def endless(handler, *_):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" " * 100_000)
        except OSError:
            return

    hostile(endless)
    with pytest.raises(nl.errors.SourceError, match="sends more than 32 MB"):
        nl.fetch(TABLE)


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_byte_at_a_time_is_left_after_the_time_for_one_answer(hostile, part):
    def slow(handler, *_):
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"H")
                time.sleep(0.05)
        except OSError:
            return

    hostile(slow)
    before = time.monotonic()
    with pytest.raises(
        nl.errors.SourceError, match=r"after 1 seconds|broke off|came for 1 seconds"
    ):
        nl.fetch(TABLE, timeout=1)
    assert time.monotonic() - before < 5


def test_three_megabytes_that_are_three_thousand_are_not_unpacked(hostile):
    """In a process of its own, which says the most memory it held."""
    bomb = gzip.compress(b" " * 10_000_000) * 300

    hostile(lambda handler, *_: send(handler, bomb, Content_Encoding="gzip"))
    asked = (
        "import pathlib, nltrade as nl\n"
        f"try: nl.fetch('{TABLE}')\n"
        "except nl.NltradeError as e: print(e)\n"
        "print(pathlib.Path('/proc/self/status').read_text())"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=100
    )
    assert "sends more than 32 MB" in done.stdout
    # VmHWM is this process's own peak; ru_maxrss starts at that of the process it was forked from.
    peak = int(re.search(r"VmHWM:\s+(\d+) kB", done.stdout).group(1))
    assert 0 < peak < 600_000


def test_a_password_is_neither_printed_nor_kept(monkeypatch, right):
    monkeypatch.setenv("NLTRADE_CBS", f"http://me:secret@{right.host}")
    found = nl.fetch(TABLE)
    assert "secret" not in (found.folder / "origin.json").read_text()
    assert right.host in found.origin.via
    monkeypatch.setenv("NLTRADE_CBS", "http://me:secret@127.0.0.1:9")
    with pytest.raises(nl.errors.SourceError) as error:
        nl.fetch(TABLE, partner="RU", tries=1)
    assert not re.search("secret|me:", str(error.value))


def test_an_unknown_host_is_said_at_once(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("NLTRADE_CBS", "http://no-such-host.invalid")
    before = time.monotonic()
    with pytest.raises(
        nl.errors.SourceError, match=r"No address is known of no-such-host\.invalid"
    ):
        nl.fetch(TABLE)
    assert time.monotonic() - before < 5


def test_a_dead_proxy_is_said_at_once(monkeypatch):
    monkeypatch.setenv("NLTRADE_CBS", "http://cbs.invalid")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(
        nl.errors.SourceError, match=r"proxy does not lead to cbs\.invalid.*HTTPS_PROXY"
    ):
        nl.fetch(TABLE)


@pytest.mark.parametrize("proxy", ["http://", "socks5://127.0.0.1:9", "ftp://x:1", "http://["])
def test_a_proxy_that_is_none_is_named_and_not_the_service(monkeypatch, proxy):
    monkeypatch.setenv("NLTRADE_CBS", "http://cbs.invalid")
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(nl.errors.SourceError) as error:
        nl.fetch(TABLE)
    says = f"The proxy {proxy} is no address that can be asked. Mend HTTPS_PROXY, or unset it."
    assert str(error.value) == says


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "ftp://x",
        "http://[::1",
        "http://x:99999",
        "http://x:a",
        "http://a b",
        "http://a:-1",
    ],
)
def test_an_address_that_is_none_is_a_sentence(monkeypatch, address):
    monkeypatch.setenv("NLTRADE_CBS", address)
    with pytest.raises(nl.errors.SourceError) as error:
        nl.fetch(TABLE)
    before = f"{address!r} is no address: write http:// or https:// before it."
    named = f"{address} is no address that can be asked. Mend NLTRADE_CBS, or unset it."
    assert str(error.value) in {before, named}


def test_a_name_that_no_host_can_have_is_a_sentence(monkeypatch):
    monkeypatch.setenv("NLTRADE_CBS", f"http://{'a' * 80}.invalid")
    with pytest.raises(nl.errors.SourceError, match=r"can be asked\. Mend NLTRADE_CBS"):
        nl.fetch(TABLE)


@pytest.mark.parametrize(
    ("timeout", "tries"),
    [(float("nan"), 6), (float("inf"), 6), (0, 6), (-1, 6), (1e300, 6), (60, 0)],
)
def test_a_time_that_cannot_be_waited_is_refused_before_anything_is_asked(right, timeout, tries):
    asked = len(right.requests)
    with pytest.raises(nl.UnknownName, match="a timeout of at most 3,600 seconds"):
        nl.fetch(TABLE, timeout=timeout, tries=tries)
    assert len(right.requests) == asked


def test_certificates_that_are_not_there_are_named(monkeypatch):
    monkeypatch.setenv("NLTRADE_CBS", "https://127.0.0.1:9")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such.pem")
    with pytest.raises(
        nl.errors.SourceError, match=r"cannot be asked.*/no/such\.pem\. Is REQUESTS_CA_BUNDLE"
    ):
        nl.fetch(TABLE)


SELF_SIGNED = Path(__file__).with_name("self_signed.pem")


def test_a_certificate_that_is_not_trusted_is_said_at_once_with_the_remedy(hostile, monkeypatch):
    server = hostile(lambda _handler, _entity, given: given)
    server.handle_error = lambda *_: None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SELF_SIGNED)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    accepted, accept = [], server.get_request
    server.get_request = lambda: (accepted.append(1), accept())[1]
    url = f"https://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("NLTRADE_CBS", url)

    with pytest.raises(
        nl.errors.SourceError, match=r"127.0.0.1 is not trusted.*REQUESTS_CA_BUNDLE"
    ):
        nl.fetch(TABLE)
    assert len(accepted) == 1

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(SELF_SIGNED))  # the remedy works
    with transport.Transport(url) as service:
        rows = service.rows("the list", f"{url}{FEED}SITC")
    assert len(rows) == 2


WAITS = {
    "an hour": "3600",
    "as long as is waited for, each time": "100",
    "a date far away": "Fri, 01 Jan 2100 00:00:00 GMT",
    "no wait named": None,
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
@pytest.mark.parametrize("status", [429, 503])
def test_nobody_waits_for_more_than_two_minutes(hostile, monkeypatch, status, wait):
    """By a clock that runs on by itself while somebody waits."""
    real, slept = time.monotonic, []
    monkeypatch.setattr(time, "monotonic", lambda: real() + sum(slept))
    monkeypatch.setattr(transport, "FIRST_WAIT", 1.0)

    class Waits(threading.Event):
        def wait(self, timeout=None):
            slept.append(timeout)
            return self.is_set()

    monkeypatch.setattr(transport, "Event", Waits)
    headers = {"Retry_After": wait} if wait else {}
    hostile(lambda handler, *_: send(handler, b"", status, **headers))
    before = time.monotonic()
    with pytest.raises(nl.errors.SourceError, match=f"asks to wait|answers {status}, [2-6] times"):
        nl.fetch(TABLE)
    assert time.monotonic() - before < 120
    assert sum(slept) > 0 or wait not in {"100", None}


def test_a_folder_that_takes_no_file_is_said_before_anything_is_asked(monkeypatch, right):
    monkeypatch.setenv("NLTRADE_CBS", right.url)
    monkeypatch.setenv("NLTRADE_DATA", "/proc/self")
    asked = len(right.requests)
    with pytest.raises(nl.errors.SourceError, match="Nothing can be written into /proc/self"):
        nl.fetch(TABLE)
    assert len(right.requests) == asked
