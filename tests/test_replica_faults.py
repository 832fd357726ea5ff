"""What each fault of the replica promises."""

import json
import time

import pytest
import requests

import cbs_replica as replica
from cbs_replica import Replica, shih
from cbs_replica.asking import ask, follow, value


@pytest.fixture
def broken():
    """Start a replica with some faults: of a table of three pages, or of others."""
    started = []

    def broken(*faults, tables=None):
        cbs = Replica(tables, faults) if tables else Replica([shih(1_000)], faults, page=400)
        started.append(cbs.__enter__())
        return cbs

    yield broken
    for cbs in started:
        cbs.__exit__(None, None, None)


def page(cbs, entity="TypedDataSet"):
    return ask(f"{cbs.url}/ODataFeed/odata/7137shih/{entity}")


def test_a_reset_at_zero_answers_nothing_and_happens_once(broken):
    cbs = broken(replica.Reset())
    with pytest.raises(requests.ConnectionError):
        page(cbs)
    assert len(page(cbs).json()["value"]) == 400


def test_a_reset_comes_after_so_many_bytes(broken):
    cbs = broken(replica.Reset(500))
    with requests.get(
        f"{cbs.url}/ODataFeed/odata/7137shih/TypedDataSet?$format=json", stream=True, timeout=10
    ) as cut:
        assert len(cut.raw.read(500)) == 500
        with pytest.raises(Exception, match="reset"):
            cut.raw.read(1)


def test_a_premature_end_is_shorter_than_announced(broken):
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        page(broken(replica.PrematureEnd(500)))


def test_truncated_json_looks_complete_to_http(broken):
    answer = page(broken(replica.Truncated(500)))
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["Content-Length"]) == 500
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)


def test_html_comes_with_status_200(broken):
    answer = page(broken(replica.Html()))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_error_status_comes_as_often_as_told(broken, status):
    cbs = broken(replica.Status(status, retry_after=2, times=2))
    answers = [page(cbs) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers["Retry-After"] == "2"


def test_a_fault_without_end_and_one_on_another_entity(broken):
    cbs = broken(replica.Status(500, times=None, entity="Perioden"))
    assert [page(cbs, "Perioden").status_code for _ in range(3)] == [500, 500, 500]
    assert page(cbs).status_code == 200


def test_faults_in_a_list_come_one_after_the_other(broken):
    cbs = broken(replica.Status(503), replica.Html(), replica.Truncated(10))
    answers = [page(cbs) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 200, 200, 200]
    assert [len(answer.content) > 1000 for answer in answers] == [False, False, False, True]


def test_a_fault_can_wait_for_a_page(broken):
    cbs = broken(replica.Status(500, page=1))
    link = page(cbs).json()["odata.nextLink"]
    assert [ask(link).status_code for _ in range(2)] == [500, 200]


def test_slow_bytes_arrive_bit_by_bit_and_whole(broken):
    cbs = broken(replica.Trickle(chunk=2000, pause=0.05, entity="SITC"))
    before = time.perf_counter()
    assert page(cbs, "SITC").json()["value"]
    assert time.perf_counter() - before > 0.3


def test_a_replica_with_slow_bytes_under_way_stops_at_once(broken):
    cbs = broken(replica.Trickle(chunk=1, pause=60.0))
    with requests.get(
        f"{cbs.url}/ODataFeed/odata/7137shih/TypedDataSet?$format=json", stream=True, timeout=10
    ):
        before = time.perf_counter()
        cbs.__exit__(None, None, None)
    assert time.perf_counter() - before < 5


def ids(pages):
    return [row["ID"] for page in pages for row in page]


def test_a_page_served_twice_loses_nothing_else(broken):
    found = ids(follow(broken(replica.PageTwice(page=1)), "7137shih"))
    assert found == [*range(800), *range(400, 800), *range(800, 1_000)]


def test_a_page_of_before_comes_in_place_of_its_own(broken):
    found = ids(follow(broken(replica.PageOfBefore(page=1)), "7137shih"))
    assert found == [*range(400), *range(400), *range(800, 1_000)]


def test_a_missing_page_is_skipped_by_the_link(broken):
    found = ids(follow(broken(replica.PageMissing(page=0)), "7137shih"))
    assert found == [*range(400), *range(800, 1_000)]


def test_a_renamed_measure_is_new_in_properties_and_rows(broken):
    cbs = broken(replica.RenamedMeasure("Invoerwaarde_1", "Invoer_1"), tables=["83028NED"])
    keys = {row.get("Key") for row in value(cbs, "83028NED", "DataProperties")}
    for names in (keys, set(value(cbs, "83028NED", top="1")[0])):
        assert "Invoer_1" in names
        assert "Invoerwaarde_1" not in names


def test_a_dropped_column_is_gone_from_properties_and_rows(broken):
    cbs = broken(replica.DroppedColumn("Wederuitvoerwaarde_3"), tables=["83028NED"])
    assert "Wederuitvoerwaarde_3" not in {
        row["Key"] for row in value(cbs, "83028NED", "DataProperties")
    }
    assert "Wederuitvoerwaarde_3" not in value(cbs, "83028NED", "UntypedDataSet", top="1")[0]


@pytest.mark.parametrize("listed", [True, False])
def test_a_new_key_has_a_row_and_is_in_the_dimension_if_so_told(broken, listed):
    cbs = broken(replica.NewKey("SITC", "A099999", listed=listed), tables=["83028NED"])
    assert len(value(cbs, "83028NED", filter="SITC eq 'A099999'")) == 1
    assert ("A099999" in {row["Key"] for row in value(cbs, "83028NED", "SITC")}) is listed
    assert len(value(cbs, "83028NED")) == 3235


def test_a_wrong_unit_stands_in_the_properties_only(broken):
    cbs = broken(replica.WrongUnit("1 000 euro"), tables=["83028NED"])
    units = {row.get("Unit") for row in value(cbs, "83028NED", "DataProperties")}
    assert units == {None, "1 000 euro"}
    assert value(cbs, "83028NED", top="1")[0]["Invoerwaarde_1"] == 205575


def test_a_partial_year_is_told_by_its_title_alone(broken):
    cbs = broken(replica.PartYear("2012JJ00", "2012 januari-oktober"), tables=["83028NED"])
    titles = {row["Key"]: row["Title"] for row in value(cbs, "83028NED", "Perioden")}
    assert (titles["2012JJ00"], titles["2011JJ00"]) == ("2012 januari-oktober", "2011")


@pytest.mark.parametrize("in_rows", [True, False])
def test_stray_spaces_stand_in_the_dimension_and_in_rows_if_so_told(broken, in_rows):
    cbs = broken(replica.StraySpaces("SITC", in_rows=in_rows), tables=["83028NED"])
    assert all(row["Key"].endswith("  ") for row in value(cbs, "83028NED", "SITC"))
    assert bool(value(cbs, "83028NED", filter="SITC eq 'T001082  '")) is in_rows
    assert bool(value(cbs, "83028NED", filter="SITC eq 'T001082'")) is not in_rows


def test_the_modification_date_changes_when_a_page_is_asked_for(broken):
    def revise(table):
        table.info["Title"] += " (herzien)"

    cbs = broken(replica.ModifiedHalfway("2018-06-01T02:00:00", page=1, revise=revise))

    def modified():
        return value(cbs, "7137shih", "TableInfos")[0]["Modified"]

    value(cbs, "7137shih")
    assert modified() == "2018-05-03T02:00:00"
    follow(cbs, "7137shih")
    assert modified() == "2018-06-01T02:00:00"
    assert cbs.tables["7137shih"].info["Title"].endswith("(herzien)")


def test_a_changed_table_of_millions_still_answers_a_question_at_once(broken):
    faults = [
        replica.RenamedMeasure("Invoerwaarde_1", "Invoer_1"),
        replica.StraySpaces("LandenGroepen"),
    ]
    cbs = broken(*faults, replica.NewKey("LandenGroepen", "xxx"), tables=["7137shih"])
    before = time.perf_counter()
    condition = "SITC eq 't33' and LandenGroepen eq '075  ' and substringof('JJ',Perioden)"
    assert len(value(cbs, "7137shih", filter=condition)) == 22
    assert len(value(cbs, "7137shih", filter="LandenGroepen eq 'xxx' and SITC eq 'T  '")) == 1
    assert time.perf_counter() - before < 5


def test_an_error_of_the_replica_itself_is_not_kept_quiet():
    cbs = Replica(["83028NED"])

    def spoil():
        with cbs:
            cbs.tables["83028NED"].rows = None
            with pytest.raises(requests.ConnectionError):
                value(cbs, "83028NED")

    with pytest.raises(AttributeError, match="count"):
        spoil()
