"""CBS's newer service (OData v4) gives the same frame as the feed, cell by cell."""

import http.server
import json
import re
import threading
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pandas as pd
import pytest

import nltrade as nl
from cbs_replica import Replica, build, is_invented
from cbs_replica.query import parse
from nltrade import registry
from test_fetch import own

__all__ = ["own"]  # a fixture

TABLE = "85429NED"
PAGE = 700
# Answers of the real service of July 2026: what the package reads of them, and the years of the
# world.
RECORDED = Path(__file__).parent / "recorded" / TABLE


class LongForm:
    """
    A stand-in of the newer service: the tables of the replica, a row for each cell with a value.
    """

    def __init__(self, *tables, absent=lambda _: False, observations=True):
        self.tables = {table.id: table for table in tables}
        self.absent, self.observations, self.asked = absent, observations, []

    def answer(self, path, options):
        *_, table, entity = path.removesuffix("/$count").split("/")
        if table not in self.tables or (entity == "Observations" and not self.observations):
            return None
        of = self.tables[table]
        if entity == "Properties":
            return {"Title": of.info["Title"], "Modified": f"{of.info['Modified']}+02:00"}
        if entity == "Dimensions":
            return {"value": [{"Identifier": name} for name in of.dimensions]}
        if entity == "MeasureCodes":
            rows = enumerate(of.topics)
            named = [
                {"Identifier": f"M{at:06}", "Title": row["Title"], "Unit": row["Unit"]}
                for at, row in rows
            ]
            return {"value": named}
        if entity.endswith("Codes"):
            listed = of.dimensions[entity.removesuffix("Codes")]
            return {
                "value": [{"Identifier": row.pop("Key", ""), **row} for row in map(dict, listed)]
            }
        return self.observed(of, path, options)

    def observed(self, of, path, options):
        rows = []
        where = parse(options["$filter"])
        for cell in of.rows.read(None, 0, of.rows.count()):
            keys = {name: cell[name] for name in of.dimensions}
            for at, topic in enumerate(of.topics):
                row = keys | {"Measure": f"M{at:06}", "ValueAttribute": "None"}
                value = cell[topic["Key"]]
                if where.test(row) and not self.absent(row) and value is not None:
                    rows.append(row | {"Value": value})
        if path.endswith("$count"):
            return str(len(rows))
        skip = int(options.get("$skip", 0))
        page = {"value": rows[skip : skip + PAGE]}
        if skip + PAGE < len(rows):
            again = "&".join(f"{name}={text}" for name, text in options.items() if name != "$skip")
            page["@odata.nextLink"] = f"{path}?{again}&$skip={skip + PAGE}".replace(" ", "%20")
        return page


@pytest.fixture
def newer_service(monkeypatch):
    started = []

    def start(service):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                parts = urlsplit(self.path)
                options = {name: texts[0] for name, texts in parse_qs(parts.query).items()}
                service.asked.append(parts.path)
                found = service.answer(unquote(parts.path), options)
                body = found if isinstance(found, str) else json.dumps(found)
                self.send_response(404 if found is None else 200)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                """Keep the tests quiet."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        monkeypatch.setenv("NLTRADE_CBS_V4", f"http://127.0.0.1:{server.server_address[1]}")
        return service

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def feed(monkeypatch):
    with Replica([TABLE]) as cbs:
        monkeypatch.setenv("NLTRADE_CBS", cbs.url)
        yield cbs


ASKED = {"years": "2019:2020", "freq": ["A", "M"]}


def cells(frame):
    return frame.sort_values(["flow", "partner", "product", "period"], ignore_index=True)


@pytest.mark.usefixtures("feed")
def test_both_ways_give_the_same_frame_cell_by_cell(newer_service, own, monkeypatch):
    newer_service(LongForm(build(TABLE)))
    older = nl.fetch(TABLE, source="v3", **ASKED)
    by_feed = cells(nl.load(TABLE))

    monkeypatch.setenv("NLTRADE_DATA", str(own.parent / "other"))
    newer = nl.fetch(TABLE, source="v4", **ASKED)
    by_datasets = cells(nl.load(TABLE))

    assert len(by_feed) == 6 * 9 * 3 * 2 * 13
    assert all(is_invented(value) for value in by_feed["value_meur"])
    pd.testing.assert_frame_equal(by_feed, by_datasets)
    assert sorted(older.origin.files) == sorted(newer.origin.files)
    assert "OData v4" in newer.origin.via


def test_an_absent_cell_is_a_row_without_a_value(newer_service):
    secret = {"Landen": "L008724", "SITC": "A018591", "Perioden": "2020JJ00"}
    newer_service(LongForm(build(TABLE), absent=lambda row: secret.items() <= row.items()))
    nl.fetch(TABLE, source="v4", years=2020)
    frame = nl.load(TABLE, partner="RU", product="3")
    assert len(frame) == 6
    assert frame["value_meur"].isna().all()
    assert set(frame["missing"]) == {"unknown or secret"}


def test_auto_asks_the_newer_service_where_the_feed_does_not_answer(newer_service, monkeypatch):
    service = newer_service(LongForm(build(TABLE)))
    monkeypatch.setenv("NLTRADE_CBS", "http://127.0.0.1:9")
    assert "OData v4" in nl.fetch(TABLE, years=2020, tries=1).origin.via
    asked = len(service.asked)
    with pytest.raises(nl.errors.SourceError, match="connection failed"):
        nl.fetch("70017", tries=1)  # a table that the newer service does not have
    assert len(service.asked) == asked


def test_a_table_whose_observations_are_not_served_is_a_sentence(newer_service):
    newer_service(LongForm(build(TABLE), observations=False))
    with pytest.raises(nl.errors.SourceError, match=r"127.0.0.1 has no .*Observations \(404\)"):
        nl.fetch(TABLE, source="v4", years=2020)


def test_cells_that_are_lost_on_the_way_are_noticed(newer_service, monkeypatch):
    service = newer_service(LongForm(build(TABLE)))
    right = service.observed

    def short(of, path, options):
        return "99999" if path.endswith("$count") else right(of, path, options)

    monkeypatch.setattr(service, "observed", short)
    with pytest.raises(nl.errors.SourceError, match="figures came where there are 99999"):
        nl.fetch(TABLE, source="v4", years=2020, tries=1)


# Recorded answers of the real service


@pytest.fixture
def recorded(newer_service):
    class Recorded(LongForm):
        def answer(self, path, options):
            name = path.rpartition("/")[2]
            page = {
                "Properties": "properties",
                "Dimensions": "dimensions",
                "MeasureCodes": "measure-codes",
                "Observations": "observations-page-1",
            }.get(name, f"codes-{name.removesuffix('Codes')}")
            if name == "$count":
                return None
            found = json.loads((RECORDED / f"{page}.json").read_text("utf-8"))
            if name == "Observations":
                where = parse(options["$filter"])
                found["value"] = [row for row in found["value"] if where.test(row)]
            return found

    return newer_service(Recorded())


@pytest.mark.usefixtures("recorded")
def test_the_recorded_table_comes_through_and_fits_83028ned():
    """World and all goods: exports have three parts; less quasi-transit they are 83028NED."""
    found = nl.fetch(TABLE, source="v4", partner="WORLD", product="TOTAL", accept=True)
    assert found.origin.title.startswith("Internationale goederenhandel; grensoverschrijding")
    assert found.origin.counted is False

    frame = nl.load(TABLE)
    values = frame.set_index(["flow", "period"])["value_meur"]
    assert values["import", "2015"] > 400_000
    for year in map(str, range(2015, 2026)):
        parts = ["re-export", "domestic export", "quasi-transit export"]
        assert abs(values["export", year] - sum(values[part, year] for part in parts)) <= 1

    older = nl.select(nl.load("83028NED"), partner="WORLD", product="TOTAL")
    older = older.set_index(["flow", "period"])["value_meur"]
    for year in map(str, range(2016, 2021)):
        for flow in ("import", "export"):
            transit = values[f"quasi-transit {flow}", year]
            assert abs(values[flow, year] - transit - older[flow, year]) <= 1


def test_every_registered_measure_of_85429ned_has_a_title_in_the_recorded_codes():
    titles = json.loads((RECORDED / "measure-codes.json").read_text("utf-8"))["value"]
    words = {re.sub(r"\W", "", row["Title"]).lower() for row in titles}
    for name in registry.table(TABLE).measures:
        assert name.rpartition("_")[0].lower() in words
