"""
What goes wrong between CBS and us: nothing wrong is believed, nothing is lost, and the message
tells what to do.
"""

import hashlib
import time

import pytest

import cbs_replica as replica
import nltrade as nl
from cbs_replica import shih
from nltrade.sources import cbs_v3 as feed
from nltrade.sources import plan, store, transport
from nltrade.sources.plan import ask, make_plan, registered_keys
from test_fetch import own, rows_asked, serve

__all__ = ["own", "serve"]  # fixtures

PAGE, PIECE = 400, 1_000
ASKED = {"years": "2011:2012", "product": list("0123456789")}  # two pieces of three pages


@pytest.fixture
def serve_pages(serve, monkeypatch):
    """Serve the large table in small pages, to a client that asks for small pieces."""
    monkeypatch.setattr(plan, "PIECE", PIECE)
    return lambda **options: serve(shih(), page=PAGE, **options)


def sha256(found):
    return hashlib.sha256((found.folder / "UntypedDataSet.parquet").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """The hash of an undisturbed download."""
    with pytest.MonkeyPatch.context() as patch, replica.Replica([shih()], page=PAGE) as cbs:
        patch.setattr(plan, "PIECE", PIECE)
        patch.setenv("NLTRADE_DATA", str(tmp_path_factory.mktemp("right")))
        patch.setenv("NLTRADE_CBS", cbs.url)
        return sha256(nl.fetch("7137shih", **ASKED))


PASSING = [
    replica.Reset(0),
    replica.Reset(5_000),
    replica.Reset(5_000, times=4),
    replica.PrematureEnd(7_000),
    replica.Truncated(6_000),
    replica.Html(),
    replica.Status(429, retry_after=1),
    replica.Status(500),
    replica.Status(503, times=3),
    replica.PageTwice(page=1),
    replica.PageOfBefore(page=1),
    replica.PageMissing(page=0),
    replica.EndsEarly(page=1),
    replica.Trickle(chunk=10_000, pause=0.01),
    replica.Status(502, entity="TableInfos"),
    replica.Html(entity="SITC"),
    replica.Truncated(100, entity="Perioden"),
    replica.Reset(10, entity="DataProperties", times=2),
]


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_fault_that_passes_leaves_no_trace(serve_pages, right, fault):
    cbs = serve_pages(faults=[fault])
    assert sha256(nl.fetch("7137shih", **ASKED)) == right
    assert len(rows_asked(cbs)) <= 6 + 4


def test_many_faults_in_a_row_leave_no_trace(serve_pages, right):
    serve_pages(
        faults=[replica.Reset(0), replica.Html(), replica.Truncated(9), replica.Status(503)]
    )
    assert sha256(nl.fetch("7137shih", **ASKED)) == right


LASTING = [
    (replica.Reset(0, page=1, times=None), "the connection failed or broke off, 6 times"),
    (replica.PrematureEnd(9999, page=1, times=None), "broke off, 6 times"),
    (replica.Truncated(9999, page=1, times=None), "no JSON or half of it"),
    (replica.Html(page=1, times=None), r"no JSON or half of it.*it begins with '<!DOCTYPE html>"),
    (replica.Status(503, page=1, times=None), "127.0.0.1 answers 503, 6 times"),
    (replica.Status(400, page=1, times=None), "refused http.* 400 .*--from FILE"),
    (replica.Status(404, page=1, times=None), r"127.0.0.1 has no .*UntypedDataSet \(404\)"),
    (
        replica.Status(429, retry_after=7200, page=1, times=None),
        "127.0.0.1 asks to wait 120 minutes",
    ),
    (replica.PageTwice(page=1, times=None), "after row 800 its link leads to row 400"),
    (replica.PageOfBefore(page=1, times=None), "a page came twice"),
    (replica.EndsEarly(page=1, times=None), "800 rows came where there are 858"),
    (replica.PageMissing(page=0, times=None), "after row 400 its link leads to row 800"),
]


@pytest.mark.parametrize(("fault", "says"), LASTING, ids=lambda value: str(value)[:40])
def test_a_fault_that_lasts_is_told_and_what_came_is_kept(serve_pages, own, right, fault, says):
    cbs = serve_pages(faults=[fault])
    with pytest.raises(nl.errors.SourceError, match=says):
        nl.fetch("7137shih", **ASKED)
    assert store.dates("7137shih") == []
    cbs.faults.clear()
    assert sha256(nl.fetch("7137shih", **ASKED)) == right
    assert [path.name for path in (own / "raw" / "7137shih").iterdir()] == ["2018-05-03"]


def test_started_again_it_asks_only_for_what_is_missing(serve_pages, own):
    lasting = replica.Status(503, page=2, times=None)
    cbs = serve_pages(faults=[lasting])
    with pytest.raises(nl.errors.SourceError):
        nl.fetch("7137shih", **ASKED | {"years": "2005:2012"})
    cbs.faults[:] = []
    nl.fetch("7137shih", **ASKED | {"years": 2011})
    cbs.requests.clear()
    cbs.faults[:] = [replica.Reset(0, page=0)]
    nl.fetch("7137shih", **ASKED)
    assert len(rows_asked(cbs)) == 2 * 3 + 1
    assert (
        len(list((own / "raw" / "7137shih").glob(".partial-*"))) == 1
    )  # of the eight years, to go on from


def test_retry_after_is_obeyed_by_all(serve_pages):
    cbs = serve_pages(faults=[replica.Status(429, retry_after=1, page=0)])
    before = time.monotonic()
    nl.fetch("7137shih", **ASKED | {"years": "2009:2012"})
    assert time.monotonic() - before > 1
    assert len(rows_asked(cbs)) == 4 * 3 + 1


@pytest.mark.parametrize(
    ("given", "seconds"),
    [(None, 0), ("7", 7), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("soon", 0), ("", 0)],
)
def test_retry_after_is_read_as_seconds_or_a_date(given, seconds):
    assert transport.seconds_of(given) == seconds


# Tables that are not what is registered

CHANGED = [
    (
        replica.RenamedMeasure("Invoerwaarde_1", "Invoer_1"),
        r"no measure 'Invoerwaarde_1' any more; new are 'Invoer_1'",
    ),
    (replica.DroppedColumn("Wederuitvoerwaarde_3"), "no measure 'Wederuitvoerwaarde_3' any more"),
    (
        replica.WrongUnit("1 000 euro"),
        "the unit of Invoerwaarde_1 is '1 000 euro', expected was 'mln euro'",
    ),
    (
        replica.WrongUnit("euro", "TotaleUitvoerwaarde_2"),
        "the unit of TotaleUitvoerwaarde_2 is 'euro'",
    ),
    (
        replica.NewKey("LandenGroepen", "L999999"),
        r"new in LandenGroepen: 'L999999'.*ask for the others by name",
    ),
    (replica.NewKey("SITC", "A999999"), "new in SITC: 'A999999'"),
    (replica.NewKey("Perioden", "2022HJ01"), "period key '2022HJ01' is not of the form"),
]


@pytest.mark.parametrize(("fault", "says"), CHANGED, ids=lambda value: str(value)[:40])
def test_a_table_that_cbs_changed_is_refused_and_shows_old_and_new(serve, own, fault, says):
    cbs = serve("83028NED", faults=[fault])
    with pytest.raises(
        nl.errors.SourceError, match=f"is not the table that nltrade knows: .*{says}"
    ):
        nl.fetch("83028NED")
    assert rows_asked(cbs) == []
    assert not list(own.rglob("*.parquet"))
    assert (
        nl.load("83028NED", partner="RU", period=2012)["value_meur"].iloc[0] == 20332
    )  # the shipped one


def test_a_new_code_does_not_keep_from_asking_for_the_others(serve):
    serve("83028NED", faults=[replica.NewKey("LandenGroepen", "L999999")])
    nl.fetch("83028NED", partner="RU")
    assert set(
        nl.load("83028NED", snapshot="2023-01-04", period=2012, partner="RU")["partner"]
    ) == {"RU"}


def test_a_dimension_that_is_not_registered_is_named(serve):
    cbs = serve("83028NED")
    like = dict(cbs.tables["83028NED"].properties[0])
    cbs.tables["83028NED"].properties.append(like | {"Key": "Vervoer"})
    with pytest.raises(nl.errors.SourceError, match=r"dimensions are .*'Vervoer'"):
        nl.fetch("83028NED")


def test_an_absent_cell_that_would_mean_zero_is_no_missing_one(serve):
    cbs = serve("83028NED")
    cbs.tables["83028NED"].topics[0]["Default"] = "Zero"
    with pytest.raises(
        nl.errors.SourceError, match="a missing figure in Invoerwaarde_1 means 'Zero', not missing"
    ):
        nl.fetch("83028NED")


# Figures that cannot be right


def edited(cbs, change):
    """Change a cell of imports of 2012 from Russia: all goods."""
    for cell in cbs.tables["83028NED"].cells:
        if (cell["LandenGroepen"], cell["SITC"], cell["Perioden"]) == (
            "L008724",
            "T001082",
            "2012JJ00",
        ):
            change(cell)


WRONG = [
    (
        lambda cell: cell.update(LandenGroepen="L000000"),
        "LandenGroepen has 'L000000', which its table does not list",
    ),
    (
        lambda cell: cell.update(Invoerwaarde_1="20.3 mld"),
        "Invoerwaarde_1 has '20.3 mld', which is neither a number",
    ),
    (
        lambda cell: cell.update(Invoerwaarde_1=10),
        "Invoerwaarde_1: in 1 places the parts in SITC do not make the whole, .*by 18,672",
    ),
]


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_what_cannot_be_right_is_kept_aside_and_the_snapshot_stays(serve, own, change, says):
    cbs = serve("83028NED")
    good = nl.fetch("83028NED")
    cbs.tables["83028NED"].info["Modified"] = "2023-06-06T02:00:00"
    edited(cbs, change)
    with pytest.raises(
        nl.errors.SourceError, match=f"cannot be right: {says}.*kept aside in .*stay in use"
    ):
        nl.fetch("83028NED")
    assert [path.name for path in (own / "aside" / "83028NED" / "2023-06-06").iterdir()] == [
        "00000.parquet"
    ]
    assert store.find("83028NED")[0].folder == good.folder
    assert nl.load("83028NED", partner="RU", period=2012)["value_meur"].iloc[0] == 20332


def test_the_eu_and_the_rest_make_the_world(serve):
    cbs = serve("83028NED")
    for cell in cbs.tables["83028NED"].cells:
        if (cell["LandenGroepen"], cell["SITC"], cell["Perioden"]) == (
            "L007935",
            "T001082",
            "2012JJ00",
        ):
            cell["Invoerwaarde_1"] -= 100
    with pytest.raises(
        nl.errors.SourceError,
        match=r"the parts in LandenGroepen .* as in T001047, T001082, 2012JJ00: by 100 mln",
    ):
        nl.fetch("83028NED")


def test_a_mark_that_says_why_there_is_no_value_is_kept(serve):
    cbs = serve("83028NED")
    edited(cbs, lambda cell: cell.update(Invoerwaarde_1=replica.IMPOSSIBLE))
    nl.fetch("83028NED", partner="RU")
    cell = nl.load(
        "83028NED", snapshot="2023-01-04", partner="RU", product="TOTAL", period=2012
    ).iloc[0]
    assert (cell["flow"], cell["missing"]) == ("import", "impossible")


def test_a_padded_key_that_stands_otherwise_in_the_rows_is_not_taken_for_no_trade(serve):
    serve("83028NED", faults=[replica.StraySpaces("LandenGroepen", in_rows=False)])
    with pytest.raises(
        nl.errors.SourceError, match=r"no row for .*do its keys stand otherwise in the rows\?"
    ):
        nl.fetch("83028NED", partner="RU")


ROW = '{"SITC": "T001082", "Landengroepen": "T001047", "Perioden": "2012JJ00", "Invoerwaarde_1": "       1", "Uitvoerwaarde_2": %s}'
PLAN = make_plan(ask("70017"), registered_keys(ask("70017")))


def test_a_page_is_read_whatever_stands_beside_its_columns():
    body = '{"odata.metadata": "m", "value": [%s], "odata.nextLink": "next"}' % (
        ROW % '".", "More": [1, {"a": null}]'
    )
    found, link = feed.decoded(body.encode(), PLAN.columns)
    assert [found[name].to_pylist() for name in PLAN.columns] == [
        ["T001047"],
        ["T001082"],
        ["2012JJ00"],
        ["       1"],
        ["."],
    ]
    assert link == "next"


def test_rows_without_a_column_that_the_table_lists_are_refused():
    body = ('{"value": [%s]}' % (ROW % '"2"')).replace("Invoerwaarde_1", "Invoer")
    with pytest.raises(
        nl.errors.SourceError, match=r"The rows have no Invoerwaarde_1, .*mend tables.toml"
    ):
        feed.decoded(body.encode(), PLAN.columns)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"value": null}', b'{"value": {}}', b'{"value": [', b'{"value": []}{"value": []}',
        b'{"value": []}\n{"value": []}', b"\xff\xfe", ('{"value": [%s]}' % (ROW % "2")).encode(),
    ],
)  # fmt: skip
def test_an_answer_of_another_form_is_asked_again(body):
    with pytest.raises(transport.Again, match="no JSON or half of it"):
        feed.decoded(body, PLAN.columns)


@pytest.mark.parametrize("count", [True, "with a mark"])
def test_fewer_rows_than_the_keys_make_are_believed_where_a_count_confirms_them(serve, count):
    cbs = serve("83028NED", count=count)
    del cbs.tables["83028NED"].cells[7]
    found = nl.fetch("83028NED")
    assert found.origin.files["UntypedDataSet.parquet"].rows == 3233
    assert found.origin.counted is None


def test_fewer_rows_than_the_keys_make_are_refused_where_nobody_counts(serve, own):
    cbs = serve("83028NED")
    del cbs.tables["83028NED"].cells[7]
    with pytest.raises(nl.errors.SourceError, match="3233 rows came where there are 3234, 6 times"):
        nl.fetch("83028NED")
    assert store.dates("83028NED") == ["2023-01-04"]
    assert not list(own.rglob("*.parquet"))


def test_lists_of_keys_that_are_cut_are_known_by_the_count_in_the_catalogue(serve, monkeypatch):
    serve("83028NED")
    monkeypatch.setattr(feed.Feed, "records", lambda *_: 3236)
    with pytest.raises(
        nl.errors.SourceError, match=r"3,236 rows by the catalogue.*lists of keys make 3,234"
    ):
        nl.fetch("83028NED")
    assert store.dates("83028NED") == ["2023-01-04"]


def test_where_nothing_could_be_counted_the_snapshot_says_so_once(serve, monkeypatch, caplog):
    serve("83028NED")
    monkeypatch.setattr(feed.Feed, "records", lambda *_: None)
    found = nl.fetch("83028NED").origin
    assert found.counted is False
    assert found.selection.endswith("no count confirms the rows")
    for _ in range(2):
        nl.load("83028NED")
    assert [record.getMessage() for record in caplog.records] == [
        "Of 83028NED (modified 2023-01-04) no count of CBS confirms that all rows came."
    ]


def test_a_row_that_is_there_twice_is_refused(serve):
    cbs = serve("83028NED")
    cells = cbs.tables["83028NED"].cells
    cells[8] = dict(cells[7])
    with pytest.raises(nl.errors.SourceError, match="1 rows are there twice"):
        nl.fetch("83028NED")


def test_more_rows_than_the_keys_make_are_refused(serve):
    cbs = serve("83028NED")
    cbs.tables["83028NED"].cells.append(dict(cbs.tables["83028NED"].cells[7]))
    with pytest.raises(nl.errors.SourceError, match="3235 rows came where there are 3234"):
        nl.fetch("83028NED")


# Held against the snapshot in use


def emptied(share):
    """Withdraw the values of that share of the rows."""

    def change(cbs):
        for cell in cbs.tables["83028NED"].cells[:: round(1 / share)]:
            cell.update(dict.fromkeys([name for name in cell if "waarde" in name.lower()]))

    return change


def without_2012(cbs):
    for cell in cbs.tables["83028NED"].cells:
        if cell["Perioden"] == "2012JJ00":
            cell.update(dict.fromkeys([name for name in cell if "waarde" in name.lower()]))


def all_zero(cbs):
    for cell in cbs.tables["83028NED"].cells:
        cell.update({name: 0 for name in cell if "waarde" in name.lower()})


LOST = [
    (emptied(1.0), "every value is empty or zero"),
    (all_zero, "every value is empty or zero"),
    (emptied(0.2), r"values are gone"),
    (without_2012, "the year 2012 is gone"),
]


@pytest.mark.parametrize(("change", "says"), LOST)
def test_a_download_that_lost_much_is_not_used_unless_it_is_accepted(serve, own, change, says):
    cbs = serve("83028NED")
    cbs.tables["83028NED"].info["Modified"] = "2023-06-06T02:00:00"
    change(cbs)
    with pytest.raises(nl.errors.SourceError, match=f"has lost too much: .*{says}.*--accept"):
        nl.fetch("83028NED")
    assert store.find("83028NED")[0].origin.modified == "2023-01-04"
    assert [path.name for path in (own / "aside" / "83028NED").iterdir()] == ["2023-06-06"]
    assert nl.fetch("83028NED", accept=True).folder.name == "2023-06-06"


def test_few_cells_that_are_withdrawn_are_no_fault(serve):
    cbs = serve("83028NED")
    cbs.tables["83028NED"].info["Modified"] = "2023-06-06T02:00:00"
    emptied(0.05)(cbs)
    assert nl.fetch("83028NED").folder.name == "2023-06-06"


# CBS publishes while we download


def test_a_table_published_halfway_is_brought_anew_and_not_mixed(serve, own):
    def revise(table):
        for cell in table.cells:
            if cell["SITC"] == "T001082" and cell["LandenGroepen"] in (
                "L008724",
                "L006998",
                "T001047",
            ):
                cell["Invoerwaarde_1"] += 1000

    serve("83028NED", faults=[replica.ModifiedHalfway("2023-06-06T02:00:00", revise)])
    found = nl.fetch("83028NED")
    assert found.origin.modified == "2023-06-06"
    assert [path.name for path in (own / "raw" / "83028NED").iterdir()] == ["2023-06-06"]
    cell = nl.load("83028NED", partner="RU", product="TOTAL", period=2012)
    assert cell.set_index("flow")["value_meur"]["import"] == 21332


def test_a_table_that_keeps_changing_is_given_up_with_a_sentence(serve, own, monkeypatch):
    cbs = serve("83028NED")
    days = iter(range(1, 9))
    pages = feed.Feed.pages

    def changing(*asked, **how):
        cbs.tables["83028NED"].info["Modified"] = f"2023-06-0{next(days)}T02:00:00"
        return pages(*asked, **how)

    monkeypatch.setattr(feed.Feed, "pages", changing)
    with pytest.raises(nl.errors.SourceError, match="anew 3 times while it was downloaded"):
        nl.fetch("83028NED")
    assert not list(own.rglob("*.parquet"))
