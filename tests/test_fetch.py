"""Fetching from the replica of the feed: what comes, where it lies, and what is done with it."""

import contextlib
import fcntl
import json
import os
import pty
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pandas as pd
import pytest

import cbs_replica as replica
import nltrade as nl
from cbs_replica import Replica, is_invented, shih
from conftest import slow
from nltrade import registry
from nltrade.claims.revisions import compare_snapshots
from nltrade.sources import plan, store, transport

SHIPPED = ["83028NED", "85427NED", "80414ned", "82616NED", "84765NED"]


@pytest.fixture(autouse=True)
def own(tmp_path, monkeypatch):
    """A data folder of the test's own, and no waiting between tries."""
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "own"))
    monkeypatch.setattr(transport, "FIRST_WAIT", 0.001)
    return tmp_path / "own"


@pytest.fixture
def serve(monkeypatch):
    """Start a replica that nltrade takes for CBS."""
    started = []

    def serve(*tables, **options):
        cbs = Replica(tables or None, **options)
        started.append(cbs.__enter__())
        monkeypatch.setenv("NLTRADE_CBS", cbs.url)
        return cbs

    yield serve
    for cbs in started:
        cbs.__exit__(None, None, None)


def rows_asked(cbs):
    return [options for path, options in cbs.requests if path.endswith("DataSet")]


@pytest.mark.parametrize("table", SHIPPED)
def test_a_table_comes_as_it_is_shipped_with_the_reason_for_each_gap(serve, table):
    serve(table)
    shipped = nl.load(table)
    found = nl.fetch(table)
    fetched = nl.load(table)
    cells = ["flow", "partner", "product", "period"]
    assert found.origin.selection.startswith("years")
    pd.testing.assert_series_equal(
        fetched.set_index(cells)["value_meur"].sort_index(),
        shipped.set_index(cells)["value_meur"].sort_index(),
    )
    assert set(fetched.loc[fetched["value_meur"].isna(), "missing"]) <= {"unknown or secret"}
    assert set(fetched.loc[fetched["value_meur"].notna(), "missing"]) == {""}


@pytest.mark.parametrize("table", ["85429NED", "70017"])
def test_a_table_that_is_not_shipped_comes_and_is_read(serve, table):
    serve(table)
    nl.fetch(table)
    frame = nl.load(table)
    assert set(frame["flow"]) == set(registry.table(table).measures.values())
    assert all(is_invented(value) for value in frame["value_meur"])


def test_quarters_come_when_asked_for(serve):
    cbs = serve("84765NED")
    nl.fetch("84765NED", freq="Q", partner=["WORLD", "EU", "NON-EU"], product="S")
    frame = nl.load("84765NED", period=[f"2021-Q{number}" for number in range(1, 5)])
    assert set(frame["freq"]) == {"Q"}
    assert len(frame) == 4 * 3 * 2
    assert all(
        "KW" in question["$filter"] and "JJ" not in question["$filter"]
        for question in rows_asked(cbs)
    )


def test_a_table_in_thousands_with_padded_keys_becomes_millions_by_section_division_and_group(
    serve,
):
    serve(shih())
    nl.fetch("7137shih", years="2011:2012", partner=["Russia", "World", "EU", "NON-EU"])
    frame = nl.load("7137shih", partner="RU", period=2012)
    assert sorted(set(frame["level"])) == [0, 1, 2, 3]
    assert set(frame["status"]) == {"definitive"}
    assert frame["complete"].all()  # though its title has a stray space
    by_level = frame[frame["flow"] == "import"].set_index("product")["value_meur"]
    assert is_invented(round(1000 * by_level["TOTAL"]))
    assert by_level["3"] == pytest.approx(by_level[["32", "33", "34", "35"]].sum())


def test_the_frame_tells_what_is_secret_from_what_cannot_be(serve):
    serve(shih())
    nl.fetch(
        "7137shih",
        years="1999:2000",
        partner=["BELGIUM-LUXEMBOURG", "BE", "NO"],
        product=["TOTAL", "3"],
    )
    missing = nl.load("7137shih").drop_duplicates(["partner", "product", "period"])
    missing = missing.set_index(["partner", "product", "period"])["missing"]
    assert (
        missing["BE", "TOTAL", "1999"]
        == missing["BELGIUM-LUXEMBOURG", "TOTAL", "2000"]
        == "impossible"
    )
    assert missing["BE", "TOTAL", "2000"] == missing["BELGIUM-LUXEMBOURG", "TOTAL", "1999"] == ""
    assert missing["NO", "3", "2000"] == "unknown or secret"


def test_the_same_claims_gain_divisions_without_a_change_of_code(serve, tmp_path):
    claim = '[documents.d]\ntitle = "t"\npublisher = "p"\ndate = "2013"\n[claims.oil]\nwording = "w"\ndocument = "d"\n'
    claim += 'en = "e"\nnl = "n"\nmeasure = "share"\nflow = "import"\npartner = "RU"\nyear = 2012\nproduct = "33"\n'
    (tmp_path / "oil.toml").write_text(claim + 'operator = "more than"\nthreshold = 1\n')
    claims = nl.claims(tmp_path / "oil.toml")
    (before,) = nl.check_claims(claims=claims)
    assert before.verdict == "cannot be checked"
    assert any("nltrade fetch 7137shih" in why for why in before.why())
    serve(shih())
    nl.fetch("7137shih", years="2011:2012", partner=["RU", "WORLD", "EU", "NON-EU"])
    (after,) = nl.check_claims(claims=claims)
    assert after.verdict == "supported"
    assert {o.table for o in after.sources} >= {"7137shih"}
    shipped = {v.claim.id: v for v in nl.check_claims()}
    assert "7137shih" in {
        table for reading in shipped["imports-2012"].readings for table in reading.tables
    }
    assert nl.charts.draw_over_time(nl.load(), partner="RU").figure


def test_provenance_tells_request_time_date_and_hashes(serve):
    cbs = serve(shih())
    found = nl.fetch("7137shih", years=2012, partner="RU")
    told = json.loads((found.folder / "origin.json").read_text())
    assert found.folder.name == told["modified"] == "2018-05-03"
    assert told["modified_at"] == "2018-05-03T02:00:00"
    assert told["request"] == {
        "table": "7137shih", "partners": ["RU"], "products": [], "first": "2012", "last": "2012", "freqs": ["A"],
    }  # fmt: skip
    assert abs(pd.Timestamp(told["retrieved"]) - pd.Timestamp.now("UTC")) < pd.Timedelta(minutes=5)
    assert cbs.url in told["via"]
    assert set(told["files"]) == {path.name for path in found.folder.iterdir()} - {"origin.json"}
    assert store.find("7137shih")[0].verify().origin == found.origin
    assert found.origin.attribution == "Source: CBS (StatLine 7137shih, modified 2018-05-03)"


def test_a_changed_byte_of_a_download_is_noticed(serve):
    serve("70017")
    found = nl.fetch("70017")
    path = found.folder / "UntypedDataSet.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(nl.errors.SnapshotError, match=r"its hash changed.*fetch it again"):
        nl.load("70017")


def test_what_is_here_already_is_not_asked_for_again(serve):
    cbs = serve(shih())
    first = nl.fetch("7137shih", years="2011:2012", partner=["RU", "CN"])
    asked = len(rows_asked(cbs))
    assert nl.fetch("7137shih", years=2012, partner="CN") == first
    assert len(rows_asked(cbs)) == asked


def test_two_parts_of_one_date_are_one_snapshot_and_the_first_stays_as_it_is(serve):
    serve(shih())
    first = nl.fetch("7137shih", years="2011:2012", partner="RU")
    content = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    second = nl.fetch("7137shih", years=2012, partner=["RU", "CN"])
    assert (first.folder.name, second.folder.name) == ("2018-05-03", "2018-05-03.2")
    assert {path.name: path.read_bytes() for path in first.folder.iterdir()} == content
    frame = nl.load("7137shih", product="TOTAL")
    assert len(frame) == 2 * (2 + 1)
    assert not frame.duplicated(["flow", "partner", "product", "period"]).any()
    assert [origin.selection for origin in nl.origins(frame)] == [
        "years 2012; RU, CN; all products",
        "years 2011-2012; RU; all products",
    ]


def test_a_new_date_is_a_new_folder_and_the_old_one_can_be_pinned(serve):
    cbs = serve("83028NED")
    nl.fetch("83028NED")
    cbs.tables["83028NED"].info["Modified"] = "2023-06-06T02:00:00"
    cell = next(
        cell
        for cell in cbs.tables["83028NED"].cells
        if (cell["LandenGroepen"], cell["SITC"], cell["Perioden"])
        == ("L008724", "T001082", "2012JJ00")
    )
    cell["TotaleUitvoerwaarde_2"] = 6666
    assert nl.fetch("83028NED").folder.name == "2023-06-06"
    old, new = nl.load("83028NED", snapshot="2023-01-04"), nl.load("83028NED")
    (row,) = compare_snapshots(old, new).to_dict("records")
    assert (row["change"], row["old_meur"], row["new_meur"], row["partner"]) == (
        "revised",
        7068,
        6666,
        "RU",
    )


def test_a_part_year_is_known_by_its_title(serve):
    serve("83028NED", faults=[replica.PartYear()])
    nl.fetch("83028NED", partner="RU")
    frame = nl.load("83028NED", partner="RU")
    assert set(frame.loc[~frame["complete"], "period"]) == {"2022"}


def test_keys_with_stray_spaces_are_found(serve):
    serve(
        "83028NED", faults=[replica.StraySpaces("LandenGroepen"), replica.StraySpaces("Perioden")]
    )
    nl.fetch("83028NED", partner="RU", product="TOTAL")
    now = nl.load("83028NED", partner="RU", product="TOTAL", period=2012)
    assert now.set_index("flow")["value_meur"]["import"] == 20332


def test_four_requests_at_a_time_by_a_client_that_says_who_it_is(serve, monkeypatch):
    cbs = serve(shih(), latency=0.02, page=400)
    monkeypatch.setattr(plan, "PIECE", 1_000)
    nl.fetch("7137shih", years="2005:2012", product=list("0123456789"))
    assert 2 <= cbs.most_at_once <= 4
    observations = [
        h
        for h, (path, _) in zip(cbs.headers, cbs.requests, strict=True)
        if path.endswith("DataSet")
    ]
    assert all(
        headers["User-Agent"].startswith(f"nltrade/{nl.__version__}") for headers in observations
    )


@pytest.mark.parametrize("count", [False, True])
def test_whether_or_not_the_service_counts(serve, count):
    serve("83028NED", count=count)
    nl.fetch("83028NED")
    assert len(nl.load("83028NED")) == 4 * 3234


def test_an_address_that_hangs_is_left_for_the_next_one_of_the_host(serve, monkeypatch):
    cbs = serve("70017")
    monkeypatch.setattr(transport, "CONNECT", 0.3)
    monkeypatch.setenv("NLTRADE_CBS", f"http://localhost:{cbs.port}")
    with socket.socket() as hangs:
        hangs.bind(("127.0.0.2", cbs.port))
        hangs.listen(0)
        fill = [socket.socket() for _ in range(4)]
        for one in fill:
            one.setblocking(False)
            one.connect_ex(("127.0.0.2", cbs.port))
        both = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, cbs.port))
            for host in ("127.0.0.2", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        assert nl.fetch("70017").origin.table == "70017"
        for one in fill:
            one.close()


# On the command line, and in more than one process


def command(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "nltrade", *words],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def test_the_command_line_plans_without_a_network_and_then_acts(run, serve, own):
    cbs = serve(shih())
    asked = ["fetch", "7137shih", "--partner", "RU", "--years", "2011:2012"]
    planned = run(*asked, "--plan")
    assert (planned.code, planned.err, cbs.requests, own.exists()) == (0, "", [], False)
    assert "years 2011-2012; RU; all products: 1 page, about 688 rows" in planned.out
    done = run(*asked)
    assert (done.code, done.err) == (0, "")  # no progress where nobody looks on
    assert (
        f"688 rows, modified 2018-05-03, in:\n{own / 'raw' / '7137shih' / '2018-05-03'}" in done.out
    )
    assert run(*asked, "--json").json["modified"] == "2018-05-03"
    assert "years 2011-2012; RU" in run("tables").out


def test_fetch_all_brings_every_default_and_tells_what_did_not_come(run, serve):
    serve(*(id for id in registry.tables() if id not in {"7137shih", "70017"}))
    done = run("fetch", "--all", "--tries", "1")
    assert done.code == 3
    assert "127.0.0.1 has no /ODataFeed/odata/70017/TableInfos (404)" in done.err
    assert "127.0.0.1 has no /ODataFeed/odata/7137shih/TableInfos (404)" in done.err
    assert done.out.count("rows, modified") == 6
    again = run("fetch", "--all", "--json", "--tries", "1")
    assert again.code == 3
    brought = [one["table"] for one in again.json]  # one list, whatever did not come
    assert brought == [id for id in registry.tables() if id not in {"7137shih", "70017"}]


def test_search_looks_in_the_catalogue_of_cbs(run, serve):
    serve()
    assert (
        "80414ned  Internationale handel; Invoer en uitvoer van diensten"
        in run("tables", "--search", "diensten").out
    )
    assert run("tables", "--search", "zeewier").err.startswith(
        "nltrade: No table of CBS has 'zeewier'"
    )


def test_without_a_service_there_is_a_sentence_and_nothing_else(monkeypatch, own):
    monkeypatch.setenv("NLTRADE_CBS", "http://127.0.0.1:9")
    with pytest.raises(
        nl.errors.SourceError,
        match=r"the connection failed.*2 times at http://127.0.0.1:9.*Try again later",
    ):
        nl.fetch("70017", tries=2)
    assert not list(own.rglob("*.parquet"))


def test_interrupted_from_the_keyboard_it_says_how_to_go_on_and_goes_on(serve, own):
    cbs = serve(shih(), latency=0.1)
    running = command("fetch", "7137shih", "--years", "2006:2012")
    while not list(own.rglob("0*.parquet")):
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "What came is kept" in err
    asked, there = len(rows_asked(cbs)), len(list(own.rglob("0*.parquet")))
    assert there < 7
    nl.fetch("7137shih", years="2006:2012")
    assert len(rows_asked(cbs)) - asked == 3 * (7 - there)


FETCH = "import nltrade as nl; nl.fetch('7137shih', years='2005:2012', product=['TOTAL', '3', '33', '333'])"


def contents(folder):
    """All bytes of a snapshot, save the time."""
    found = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    origin = json.loads(found.pop("origin.json"))
    assert origin.pop("retrieved")
    assert origin.pop("seal")  # which covers the time
    return found, {key: value for key, value in origin.items() if key != "via"}


@pytest.mark.parametrize("times", [2, slow(45)])
def test_killed_at_random_moments_it_ends_with_the_same_bytes(
    serve, own, tmp_path, monkeypatch, times
):
    cbs = serve(shih(), latency=0.03)
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "undisturbed"))
    undisturbed = nl.fetch(
        "7137shih", years="2001:2012", product=["TOTAL", *"0123456789"], freq=["A", "M"]
    )
    monkeypatch.setenv("NLTRADE_DATA", str(own))
    asked = "import nltrade as nl; nl.fetch('7137shih', years='2001:2012', product=['TOTAL', *'0123456789'], "
    asked += "freq=['A', 'M'])"
    chance, killed = random.Random(7), 0
    while killed < times:
        before = len(cbs.requests)
        running = subprocess.Popen([sys.executable, "-c", asked])
        while len(cbs.requests) == before and running.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.8))
        running.kill()
        if running.wait() == -signal.SIGKILL:
            killed += 1
            continue

        # it came to its end unharmed: the next one begins with nothing
        (whole,) = (own / "raw" / "7137shih").iterdir()
        assert contents(whole) == contents(undisturbed.folder)
        shutil.rmtree(own)
    found = nl.fetch(
        "7137shih", years="2001:2012", product=["TOTAL", *"0123456789"], freq=["A", "M"]
    )
    assert contents(found.folder) == contents(undisturbed.folder)
    assert [path.name for path in found.folder.parent.iterdir()] == [
        "2018-05-03"
    ]  # no rubbish is left


def test_two_processes_that_fetch_the_same_do_not_harm_each_other(serve, own):
    cbs = serve(shih(), latency=0.3)
    running = [
        subprocess.Popen([sys.executable, "-c", FETCH], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = "".join(one.communicate(timeout=120)[1] for one in running)
    assert [one.returncode for one in running] == [0, 0]
    assert said.count("is under way; waiting for it to end.") == 1
    assert [path.name for path in (own / "raw" / "7137shih").iterdir()] == ["2018-05-03"]
    assert cbs.most_at_once <= 4
    assert len(rows_asked(cbs)) == 1  # the second found what the first brought


def in_a_terminal(script):
    """Run Python as in a terminal of 90 columns, and give what it shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 90, 0, 0))
    with subprocess.Popen([sys.executable, "-c", script], stdout=theirs, stderr=theirs):
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as screen:
            while piece := screen.read(1000):
                shown += piece
    return shown.decode()


def test_progress_shows_in_a_terminal_and_nowhere_else(serve, own):
    serve(shih())
    assert "7137shih: 100%" in in_a_terminal(FETCH)
    shutil.rmtree(own)
    quiet = subprocess.run(
        [sys.executable, "-c", FETCH], capture_output=True, text=True, check=True
    )
    assert (quiet.stdout, quiet.stderr) == ("", "")


def test_a_part_that_is_newer_does_not_stand_for_the_whole(run, serve):
    cbs = serve("85427NED")
    cbs.tables["85427NED"].info["Modified"] = "2026-11-02T02:00:00"
    done = run("fetch", "85427NED", "--partner", "RU", "--years", "2024")
    assert done.code == 0
    assert "This is a part: the version of 2026-10-02 has more and stays in use." in done.out
    assert store.find("85427NED")[0].origin.modified == "2026-10-02"
    assert len(nl.rank_partners(nl.load(), period=2024)) > 100
    assert set(nl.load("85427NED", snapshot="2026-11-02")["partner"]) == {"RU"}
    assert "removed" not in run("diff", "85427NED").out
    nl.fetch("85427NED")
    assert store.find("85427NED")[0].origin.modified == "2026-11-02"


def test_two_states_of_one_day_are_not_mixed(serve):
    cbs = serve("83028NED")
    cbs.tables["83028NED"].info["Modified"] = "2023-02-01T02:00:00"
    nl.fetch("83028NED", partner=["RU", "US"])
    cbs.tables["83028NED"].info["Modified"] = "2023-02-01T14:00:00"
    nl.fetch("83028NED", partner="US")
    assert set(nl.load("83028NED", snapshot="2023-02-01")["partner"]) == {"US"}


@pytest.mark.parametrize("asked", [{"partner": "AF"}, {"product": "SC"}, {"period": 2030}])
def test_what_a_download_does_not_have_is_no_row(run, serve, asked):
    serve(shih())
    nl.fetch("7137shih", partner="RU", product="33", years=2012)
    assert nl.load("7137shih", **asked).empty
    assert set(nl.load("7137shih")["product"]) == {"TOTAL", "33"}  # a share needs its whole
    assert run("sectors", "--partner", "AF", "--year", "2019").code == 0


def test_an_address_without_its_scheme_is_a_sentence(monkeypatch):
    monkeypatch.setenv("NLTRADE_CBS", "localhost:9")
    with pytest.raises(nl.errors.SourceError, match="write http:// or https:// before it"):
        nl.fetch("70017")
