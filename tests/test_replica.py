"""What the replica of the CBS feed promises: the routes, the tables, and each fault."""

import csv
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cbsodata
import pytest

from cbs_replica import IMPOSSIBLE, Replica, build, is_invented, shih
from cbs_replica.asking import ask, follow, get, value
from cbs_replica.query import BadQuery, parse
from cbs_replica.tables import RAW

TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def cbs():
    """All tables, without a fault. Not to be changed by a test."""
    with Replica() as cbs:
        yield cbs


@pytest.fixture(scope="module")
def small():
    """7137shih in three pages. Not to be changed by a test."""
    with Replica([shih(25_000)]) as cbs:
        yield cbs


def shipped_rows(table):
    with next((RAW / table).glob("*/TypedDataSet.csv")).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_text(row):
    return {
        name: "" if value is None else str(value) for name, value in row.items() if name != "ID"
    }


@pytest.fixture
def with_cbsodata(cbs, monkeypatch):
    with cbsodata.catalog(cbs.host):
        monkeypatch.setitem(vars(cbsodata.options), "use_https", False)
        yield cbs


# cbsodata, unmodified


@pytest.mark.usefixtures("with_cbsodata")
def test_cbsodata_lists_the_tables_and_searches_them():
    assert {"83028NED", "7137shih", "70017"} < {
        table["Identifier"] for table in cbsodata.get_table_list()
    }
    found = cbsodata.get_table_list(select=["Identifier"], filters="substringof('diensten',Title)")
    assert found == [{"Identifier": id} for id in ("80414ned", "82616NED", "84765NED")]


@pytest.mark.usefixtures("with_cbsodata")
def test_cbsodata_gets_info_and_meta():
    assert cbsodata.get_info("7137shih")["Modified"] == "2018-05-03T02:00:00"
    topics = [
        row for row in cbsodata.get_meta("83028NED", "DataProperties") if row["Type"] == "Topic"
    ]
    assert {(row["Unit"], row["Datatype"], row["Default"]) for row in topics} == {
        ("mln euro", "Long", "Missing")
    }


@pytest.mark.usefixtures("with_cbsodata")
def test_cbsodata_gets_the_shipped_figures():
    table = build("83028NED")
    titles = {
        name: {row["Key"]: row["Title"] for row in rows} for name, rows in table.dimensions.items()
    }
    labelled = [
        {name: titles[name][value] if name in titles else value for name, value in row.items()}
        for row in shipped_rows("83028NED")
    ]
    assert [as_text(row) for row in cbsodata.get_data("83028NED")] == labelled


@pytest.mark.usefixtures("with_cbsodata")
def test_cbsodata_follows_pages_and_filters(small):
    assert len(cbsodata.get_data("7137shih", catalog_url=small.host)) == 25_000
    rows = cbsodata.get_data(
        "7137shih", filters="SITC eq 'T  ' and LandenGroepen eq '075'", select=["Perioden"]
    )
    assert len(rows) == 22 * 17
    assert {"Perioden": "2012 "} in rows


# Routes


def test_the_root_lists_the_entities_with_their_addresses(cbs):
    for end in ("", "/"):
        answer = ask(f"{cbs.url}/ODataFeed/odata/83028NED{end}").json()
        names = [entity["name"] for entity in answer["value"]]
        assert names[:3] == ["TableInfos", "UntypedDataSet", "TypedDataSet"]
        assert names[-3:] == ["LandenGroepen", "SITC", "Perioden"]
        assert all(ask(entity["url"], top="1").ok for entity in answer["value"])


def test_the_catalogue_takes_select_filter_and_top(cbs):
    options = {"select": "Identifier,Modified", "filter": "startswith(Title,'In-')", "top": "1"}
    (row,) = ask(f"{cbs.url}/ODataCatalog/Tables", **options).json()["value"]
    assert row == {"Identifier": "83028NED", "Modified": "2023-01-04T02:00:00"}


def test_metadata_entities_have_the_columns_of_the_feed(cbs):
    (info,) = value(cbs, "83028NED", "TableInfos")
    assert "RecordCount" not in info
    (listed,) = ask(f"{cbs.url}/ODataCatalog/Tables", filter="Identifier eq '83028NED'").json()[
        "value"
    ]
    assert listed["RecordCount"] == 3234
    assert {"Title", "Identifier", "Modified", "Period", "Description"} < set(info)
    properties = value(cbs, "83028NED", "DataProperties")
    assert [row["Type"] for row in properties] == ["Dimension"] * 2 + ["TimeDimension"] + [
        "Topic"
    ] * 4
    assert set(value(cbs, "83028NED", "SITC")[0]) == {
        "Key",
        "Title",
        "Description",
        "CategoryGroupID",
    }
    assert value(cbs, "83028NED", "CategoryGroups")[0]["DimensionKey"] == "LandenGroepen"
    assert {row["Status"] for row in value(cbs, "7137shih", "Perioden")} == {
        "Definitief",
        "NaderVoorlopig",
        "Voorlopig",
    }


def test_pages_hold_ten_thousand_rows_and_link_on_with_the_options_of_the_client(cbs, small):
    condition = "startswith(SITC,'0') or SITC eq 'T  '"
    page = get(cbs, "7137shih", filter=condition, select="SITC,ID")
    assert page["odata.metadata"].startswith(f"{cbs.url}/ODataFeed/odata/7137shih/$metadata#")
    assert page["odata.nextLink"] == (
        f"{cbs.url}/ODataFeed/odata/7137shih/TypedDataSet?$format=json&"
        "$filter=startswith%28SITC%2C%270%27%29%20or%20SITC%20eq%20%27T%20%20%27&$select=SITC%2CID&$skip=10000"
    )
    pages = follow(small, "7137shih")
    assert [len(rows) for rows in pages] == [10_000, 10_000, 5_000]
    assert [row["ID"] for rows in pages for row in rows] == list(range(25_000))


def test_top_goes_on_over_pages_and_skip_starts_late(small):
    assert [len(rows) for rows in follow(small, "7137shih", top="12000")] == [10_000, 2_000]
    assert [len(rows) for rows in follow(small, "7137shih", skip="24990")] == [10]
    assert follow(small, "7137shih", skip="30000") == [[]]


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("SITC eq 'T  '", 374),
        ("SITC eq 'T'", 0),
        ("SITC eq 'T  ' and substringof('JJ',Perioden)", 22),
        ("SITC eq 'T  ' and startswith(Perioden,'2012')", 17),
        ("SITC eq 'T  ' and (Perioden ge '2012MM01') and (Perioden le '2012MM03')", 3),
        ("(SITC eq 'T  ' or SITC eq 'tt0') and Perioden eq '2012JJ00'", 2),
        ("Perioden eq '2012JJ00' and SITC eq 'T  ' or Perioden eq '1996KW01' and SITC eq 'tt0'", 2),
        ("SITC eq 'T  ' and Invoerwaarde_1 gt 0 and substringof('JJ',Perioden)", 22),
    ],
)
def test_filters_are_exact_padding_included(cbs, condition, rows):
    found = value(cbs, "7137shih", filter=f"LandenGroepen eq '075' and ({condition})")
    assert len(found) == rows


def test_what_is_not_there_is_404_with_a_page_for_people(cbs):
    for path in (
        "99999NED/TypedDataSet",
        "83028ned/TableInfos",
        "83028NED/Diensten",
        "83028NED/TypedDataSet/$count",
    ):
        answer = ask(f"{cbs.url}/ODataFeed/odata/{path}")
        assert answer.status_code == 404
        assert answer.text.startswith("<!DOCTYPE html>")


def test_count_is_answered_when_switched_on():
    with Replica(["83028NED"], count=True) as cbs:
        address = f"{cbs.url}/ODataFeed/odata/83028NED/TypedDataSet/$count"
        assert ask(address, filter="SITC eq 'T001082'").text == "1617"


def test_the_api_refuses_more_than_ten_thousand_rows_and_skip(cbs):
    api = f"{cbs.url}/ODataApi/odata"
    assert ask(f"{api}/7137shih/TypedDataSet").status_code == 500
    assert ask(f"{api}/83028NED/TypedDataSet?$skip=5").status_code == 500
    assert len(value(cbs, "7137shih", service="ODataApi", top="10000")) == 10_000
    assert len(value(cbs, "83028NED", service="ODataApi")) == 3234


def test_a_query_that_is_not_understood_is_refused(cbs):
    for query in (
        "$filter=SITC eq",
        "$filter=Nergens eq 'x'",
        "$select=Nergens",
        "$top=veel",
        "$orderby=ID",
    ):
        assert (
            ask(f"{cbs.url}/ODataFeed/odata/83028NED/SITC?$format=json&{query}").status_code == 400
        )
    with pytest.raises(BadQuery, match="lacks"):
        parse("(SITC eq 'T  '")


def test_without_a_format_the_feed_answers_xml(cbs):
    answer = ask(f"{cbs.url}/ODataFeed/odata/83028NED/SITC", format="")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")


# Tables


@pytest.mark.parametrize("table", ["83028NED", "85427NED", "80414ned", "82616NED", "84765NED"])
def test_shipped_figures_are_served_as_they_are(cbs, table):
    served = [as_text(row) for page in follow(cbs, table) for row in page]
    shipped = shipped_rows(table)
    assert served[: len(shipped)] == shipped
    topics = {topic["Key"] for topic in build(table).topics}
    assert all(
        is_invented(int(cell))
        for row in served[len(shipped) :]
        for name, cell in row.items()
        if name in topics
    )


def test_services_have_a_balance_or_quarters_beside_the_shipped_figures(cbs):
    assert value(cbs, "80414ned", filter="InvoerUitvoerEnSaldo eq 'S'")
    assert value(cbs, "84765NED", filter="Perioden eq '2020KW01'")


@pytest.mark.parametrize("table", ["7137shih", "85429NED", "70017"])
def test_invented_figures_are_known_at_a_glance(cbs, table):
    euros = [topic["Key"] for topic in build(table).topics if "euro" in topic["Unit"]]
    values = [row[name] for row in value(cbs, table) for name in euros if row[name] is not None]
    assert values
    assert all(map(is_invented, values))


def test_7137shih_has_padded_keys_thousands_of_euros_and_quasi_transit_is_in_85429ned():
    table = build("7137shih")
    keys = {row["Key"] for row in table.dimensions["SITC"]}
    assert {"T  ", "tt3", "t33", "333"} <= keys
    assert {"075", "400", "720", "999", "teu", "neu"} <= {
        row["Key"] for row in table.dimensions["LandenGroepen"]
    }
    assert [topic["Unit"] for topic in table.topics] == ["1 000 euro"] * 3 + ["%"] * 3
    assert any("Doorvoer" in topic["Key"] for topic in build("85429NED").topics)


def test_invented_totals_are_the_sum_of_their_parts(cbs):
    in_2012 = "LandenGroepen eq '{}' and SITC eq '{}' and startswith(Perioden,'2012')"

    def total(partner, product):
        rows = value(cbs, "7137shih", filter=in_2012.format(partner, product))
        by_period = {row["Perioden"]: row["Invoerwaarde_1"] for row in rows}
        assert by_period["2012JJ00"] == sum(v for k, v in by_period.items() if "MM" in k)
        assert by_period["2012JJ00"] == sum(v for k, v in by_period.items() if "KW" in k)
        return by_period["2012JJ00"]

    assert total("999", "T  ") == total("teu", "T  ") + total("neu", "T  ")
    assert total("075", "T  ") == sum(total("075", f"tt{section}") for section in range(10))
    assert total("075", "tt3") == sum(total("075", f"t3{second}") for second in "2345")


def test_typed_is_null_where_untyped_tells_secret_from_impossible(cbs):
    secret = {"filter": "LandenGroepen eq '028' and SITC eq 'tt3' and Perioden eq '2012JJ00'"}
    gone = {"filter": "LandenGroepen eq '002' and SITC eq 'T  ' and Perioden eq '2012JJ00'"}
    for question, text in [(secret, "       ."), (gone, "        ")]:
        assert value(cbs, "7137shih", **question)[0]["Invoerwaarde_1"] is None
        assert value(cbs, "7137shih", "UntypedDataSet", **question)[0]["Invoerwaarde_1"] == text
    assert value(cbs, "83028NED", "UntypedDataSet", top="1")[0]["Invoerwaarde_1"] == "  205575"


def test_ten_million_rows_are_served_without_being_made_first():
    before = time.perf_counter()
    with Replica([shih(10_000_000)]) as cbs:
        last = get(cbs, "7137shih", skip="9999990")
    assert [row["ID"] for row in last["value"]] == list(range(9_999_990, 10_000_000))
    assert "odata.nextLink" not in last
    assert time.perf_counter() - before < 5


def test_a_table_can_change_between_requests():
    with Replica(["83028NED"]) as cbs:
        cbs.tables["83028NED"].info["Modified"] = "2023-02-01T02:00:00"
        cbs.tables["83028NED"].cells[0]["Invoerwaarde_1"] = IMPOSSIBLE
        assert value(cbs, "83028NED", "TableInfos")[0]["Modified"] == "2023-02-01T02:00:00"
        assert value(cbs, "83028NED", top="1")[0]["Invoerwaarde_1"] is None


def test_requests_are_recorded_in_order_with_how_many_at_once():
    with Replica(["83028NED"], latency=0.1) as cbs:
        get(cbs, "83028NED", "SITC", top="1")
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: get(cbs, "83028NED", "Perioden"), range(3)))
    assert cbs.requests[0] == ("/ODataFeed/odata/83028NED/SITC", {"$format": "json", "$top": "1"})
    assert len(cbs.requests) == 4
    assert cbs.most_at_once > 1
    assert "requests" in cbs.headers[0]["User-Agent"]


def test_the_replica_is_served_by_hand():
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    }
    command = [sys.executable, "-m", "cbs_replica", "--rows", "100"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            address = server.stdout.readline().strip()
            question = {"filter": "Identifier eq '7137shih'"}
            (info,) = ask(f"{address}/ODataCatalog/Tables", **question).json()["value"]
        finally:
            server.terminate()
    assert info["RecordCount"] == 100
