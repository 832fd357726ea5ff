"""Records of UN Comtrade: asked for in few questions, looked at, kept; faults are survived."""

import json
import sys
from pathlib import Path

import pytest

import nltrade as nl
from cbs_replica import Replica, shih
from comtrade_stand_in import StandIn, made_up
from conftest import slow
from nltrade import registry
from nltrade.cli import main
from nltrade.errors import SourceError
from nltrade.sources import snapshot, store, transport
from nltrade.sources.asked import plan_of
from nltrade.sources.comtrade import other_side

TURKEY = {"partner": "TR", "years": 2012}


@pytest.fixture
def service(monkeypatch, tmp_path):
    """A stand-in of the service, and an empty data folder of the user's own."""
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "mine"))
    monkeypatch.setattr(transport, "FIRST_WAIT", 0.01)
    monkeypatch.delenv("NLTRADE_COMTRADE_KEY", raising=False)
    with StandIn() as service:
        monkeypatch.setenv("NLTRADE_COMTRADE", service.url)
        yield service


def test_a_plan_is_a_question_a_partner_year_and_flow():
    plan = plan_of("comtrade-partner", partner=["TR", "US"], years="2008:2010")
    asked = {(one.reporter, one.partner) for one in plan.questions}
    assert len(plan.questions) == 2 * 3 * 2
    assert asked == {("792", "528"), ("842", "528")}
    assert plan.request.says == "years 2008-2010; TR, US; all products"


@pytest.mark.parametrize(
    "asked", [("comtrade-nl", "SITC"), ("comtrade-nl-sitc", "SITC"), ("comtrade-nl-sitc", "HS")]
)
def test_the_sitc_is_asked_for_by_name_of_the_table_or_by_the_classification(asked):
    table, by = asked
    plan = plan_of(table, partner="DE", years=2012, by=by)
    assert plan.request.table == "comtrade-nl-sitc"
    assert [(one.reporter, one.partner, one.flow) for one in plan.questions] == [
        ("528", "276", "M"),
        ("528", "276", "X"),
    ]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"partner": None, "years": 2012}, "name both"),
        ({"partner": "TR", "years": None}, "name both"),
        ({"partner": "Turkye", "years": 2012}, "Did you mean"),
        ({"partner": "TR", "years": 2012, "by": "CPA"}, "No classification 'CPA'"),
        ({"partner": "EU", "years": 2012}, "does not publish"),
        ({"partner": "TR", "years": 1950}, "starts in 1988; no table that nltrade knows has it"),
        ({**TURKEY, "freq": "M"}, "comtrade-partner has no months; it has years"),
        ({**TURKEY, "product": "33"}, "with a product: it comes with all of them"),
        ({**TURKEY, "source": "v4"}, "source='v4', which is a way to CBS. Leave that out"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(service, asked, says):
    with pytest.raises(nl.NltradeError, match=says):
        nl.fetch("comtrade-partner", **asked)
    assert service.questions == []


def test_what_the_partner_reported_becomes_the_tidy_frame(service):
    found = nl.fetch("comtrade-partner", **TURKEY)
    assert found.verify().origin.files["Comtrade.csv"].rows == 2 * 98
    assert [question["flowCode"] for _, question in service.questions] == ["M", "X"]
    assert {path for path, _ in service.questions} == {"/public/v1/preview/C/A/HS"}
    assert service.questions[0][1]["reportercode"] == "792"

    frame = nl.load("comtrade-partner", partner="TR")
    cells = frame.set_index(["flow", "product"])["value_meur"]
    rate = registry.rates()["2012"]
    assert cells["export", "HS04"] == pytest.approx(made_up("04", 2012, "M") / rate / 1e6)
    chapters = frame[(frame["flow"] == "import") & (frame["level"] == 2)]
    assert chapters["value_meur"].sum() == pytest.approx(cells["import", "TOTAL"])


@pytest.mark.usefixtures("service")
def test_russia_stays_where_turkey_comes():
    before = other_side("RU").trade
    nl.fetch("comtrade-partner", **TURKEY)
    assert len(other_side("RU").trade) == len(before) > 4000
    assert set(nl.load("comtrade-partner")["partner"]) == {"RU", "TR"}
    chart = nl.charts.draw_sectors(
        nl.load(partner="TR"), partner="TR", period=2012, other_side=other_side("TR")
    )
    assert len(chart.data[chart.data["by"] == "TR"]) >= 10


def test_groups_of_the_sitc_fill_the_sectors_with_one_question_a_flow(service):
    nl.fetch("comtrade-partner", **TURKEY, by="SITC")
    assert len(service.questions) == 2
    assert service.questions[0][0] == "/public/v1/preview/C/A/S4"
    frame = nl.load("comtrade-partner-sitc")
    found = nl.sector_trade(frame, "TR", 2012).query("flow == 'export'").set_index("sector")
    with_codes = [id for id, sector in nl.sectors().items() if sector.goods]
    assert found.loc[with_codes, "value_meur"].notna().all()
    assert len(with_codes) >= 20


def test_the_table_of_the_sitc_is_asked_for_its_own_codes(service):
    nl.fetch("comtrade-partner-sitc", **TURKEY)
    assert {path for path, _ in service.questions} == {"/public/v1/preview/C/A/S4"}
    assert nl.load("comtrade-partner-sitc", product="333")["value_meur"].notna().all()


@pytest.mark.usefixtures("service")
def test_each_download_of_a_day_is_told_once_as_the_source():
    nl.fetch("comtrade-partner", **TURKEY)
    nl.fetch("comtrade-partner", partner="US", years=2012)
    asked = ["years 2012; US; all products", "years 2012; TR; all products"]
    for trade in (nl.load("comtrade-partner"), other_side().trade):
        told = [one.selection for one in nl.origins(trade)]
        assert [one for one in told if one in asked] == asked


def test_what_the_netherlands_reported_is_a_table_of_its_own(service):
    nl.fetch("comtrade-nl", **TURKEY)
    frame = nl.load("comtrade-nl")
    assert set(frame["partner"]) == {"TR"}
    assert set(frame["concept"]) == {"border crossing (as reported to UN Comtrade)"}
    assert service.questions[0][1]["reportercode"] == "528"
    imports = frame.set_index(["flow", "product"]).at[("import", "HS04"), "value_meur"]
    assert imports == pytest.approx(made_up("04", 2012, "M") / registry.rates()["2012"] / 1e6)


def test_a_key_is_sent_and_never_kept_or_printed(service, monkeypatch):
    monkeypatch.setenv("NLTRADE_COMTRADE_KEY", "a-secret-key")
    found = nl.fetch("comtrade-partner", **TURKEY)
    path, question = service.questions[0]
    assert path == "/data/v1/get/C/A/HS"
    assert question["subscription-key"] == "a-secret-key"
    assert "a-secret-key" not in (found.folder / "origin.json").read_text()
    service.faults = [(401, {})]
    with pytest.raises(SourceError, match=r"401.*NLTRADE_COMTRADE_KEY") as refused:
        nl.fetch("comtrade-partner", partner="TR", years=2013)
    assert "a-secret-key" not in str(refused.value)


def test_a_busy_service_is_asked_again_after_its_wait(service):
    service.faults = [(429, {"Retry-After": "0"}), (503, {}), b"<html>busy</html>"]
    nl.fetch("comtrade-partner", **TURKEY)
    assert len(service.questions) == 3 + 2


def test_a_long_wait_is_left_to_the_user_who_goes_on_from_there(service):
    service.faults = [None, (429, {"Retry-After": "3600"})]
    with pytest.raises(SourceError, match="asks to wait 60 minutes"):
        nl.fetch("comtrade-partner", **TURKEY)
    asked = len(service.questions)
    nl.fetch("comtrade-partner", **TURKEY)
    assert len(service.questions) == asked + 1  # the first answer was kept


def test_a_download_is_whole_or_not_there(service, monkeypatch, tmp_path):
    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(snapshot, "write", interrupted)  # the last file, after the records
        with pytest.raises(KeyboardInterrupt):
            nl.fetch("comtrade-partner", **TURKEY)
    assert not list((tmp_path / "mine").rglob("Comtrade.csv"))

    asked = len(service.questions)
    found = nl.fetch("comtrade-partner", **TURKEY)
    assert len(service.questions) == asked  # the answers were kept
    assert {path.name for path in found.folder.iterdir()} == {"Comtrade.csv", "origin.json"}
    assert len(list(found.folder.parent.iterdir())) == 1


def test_nothing_reported_is_said_and_is_not_zero(service):
    service.faults = [lambda _: [], lambda _: []]
    with pytest.raises(nl.NoData, match="nothing was reported; that does not mean zero"):
        nl.fetch("comtrade-partner", **TURKEY)
    assert other_side("TR").trade.empty


def test_a_null_is_missing_and_what_is_left_of_the_total_is_told(service, caplog):
    def null(rows):
        return [{**one, "primaryValue": None} if one["cmdCode"] == "27" else one for one in rows]

    service.faults = [null]
    found = nl.fetch("comtrade-partner", **TURKEY)
    assert "dollars of the total are in no part" in found.origin.selection
    assert "39,000,000" in caplog.text
    told = nl.show(nl.origins(nl.load("comtrade-partner")), "nl").frame["wat erin zit"]
    left = "melder 792, partner 528, M 2012: 39.000.000 dollar van het totaal zit in geen deel"
    assert told.iloc[-1] == f"jaren 2012; TR; alle producten; {left}"
    rows = nl.load("comtrade-partner", partner="TR", product="HS27").set_index("flow")
    assert rows.at["export", "missing"] == "not published"
    assert rows["value_meur"].notna().to_dict() == {"export": False, "import": True}


def _other(**changes):
    return lambda rows: [rows[0] | changes, *rows[1:]]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (_other(reporterCode=999), "reporterCode is 999, not 792"),
        (_other(refYear=2011), "refYear is 2011, not 2012"),
        (_other(cmdCode="27"), "a product is there twice"),
        (_other(cmdCode="2710"), "products that were not asked: 2710"),
        (_other(primaryValue=-1.0), "the value of TOTAL is -1.0"),
        (_other(primaryValue="many"), "the value of TOTAL is 'many'"),
        (_other(primaryValue=True), "the value of TOTAL is True"),
        (lambda rows: rows * 6, "as many as one answer can"),
        (b'{"data": null, "error": "Invalid period"}', "Invalid period"),
        (b'{"data": {"a": 1}, "error": ""}', "no list of records"),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused_and_nothing_of_it_kept(service, fault, says):
    service.faults = [fault]
    with pytest.raises(SourceError, match=says):
        nl.fetch("comtrade-partner", **TURKEY)
    assert other_side("TR").trade.empty


def test_parts_by_transport_or_customs_are_left_out(service):
    service.faults = [lambda rows: [*rows, {**rows[1], "motCode": 2100}]]
    found = nl.fetch("comtrade-partner", **TURKEY)
    assert found.origin.files["Comtrade.csv"].rows == 2 * 98


def test_the_command_says_what_it_asks_and_what_came(service, monkeypatch, capsys):
    words = ["nltrade", "fetch", "comtrade-partner", "--partner", "TR", "--years", "2012"]
    monkeypatch.setattr(sys, "argv", [*words, "--plan"])
    main()
    assert "2 questions to UN Comtrade" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", [*words, "--plan", "--json"])
    main()
    (planned,) = json.loads(capsys.readouterr().out)
    assert [one["flow"] for one in planned["questions"]] == ["M", "X"]
    assert service.questions == []
    monkeypatch.setattr(sys, "argv", words)
    main()
    assert "196 rows in:" in capsys.readouterr().out
    assert store.dates("comtrade-partner")[-1] > "2026"


SECTORS = {
    "sectors": ["sectors", "--lang", "en"],
    "figures": ["figures", "sectors", "--lang", "en", "--format", "csv", "--out", "drawn"],
    "briefing": ["briefing", "--lang", "en", "--format", "html", "--out", "written"],
}
TURKEY_2012 = ["--partner", "TR", "--year", 2012]


@pytest.mark.parametrize("command", SECTORS.values(), ids=SECTORS)
def test_fetch_brings_what_sectors_need_and_says_what_it_asks(service, monkeypatch, run, command):
    with Replica((shih(),)) as cbs:
        monkeypatch.setenv("NLTRADE_CBS", cbs.url)
        done = run(*command, *TURKEY_2012, "--fetch")
    assert done.code == 0
    # A briefing on a partner without a mission shows no sectors, so it asks for none.
    has_sectors = command[0] != "briefing"
    assert ("Asking for 7137shih, Türkiye, 2011:2012: 34, 33, 3" in done.err) == has_sectors
    assert bool(cbs.requests) == has_sectors
    assert "Asking for comtrade-partner, Türkiye, 2011:2012: chapters of the HS" in done.err
    assert "Going on without" not in done.err
    assert len(service.questions) == 4

    written = [*Path("drawn").glob("*.csv"), *Path("written").glob("*.html")]
    said = "".join(path.read_text("utf-8") for path in written) or done.out
    assert "as reported by Türkiye" in said or "comtrade-partner" in said
    assert ("7137shih" in said) == has_sectors


@pytest.mark.parametrize(
    "command", [SECTORS["sectors"], slow(SECTORS["figures"]), slow(SECTORS["briefing"])]
)
def test_without_a_network_a_command_goes_on_in_one_sentence_each(
    monkeypatch, tmp_path, run, command
):
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "mine"))
    monkeypatch.setattr(transport, "FIRST_WAIT", 0.0)
    for name in ("NLTRADE_CBS", "NLTRADE_COMTRADE"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    without = run(*command, *TURKEY_2012)
    done = run(*command, *TURKEY_2012, "--fetch")
    assert (done.code, done.out) == (without.code, without.out)
    added = done.err.removesuffix(without.err).splitlines()
    asked = 1 if command[0] == "briefing" else 2
    assert [line.split(" ", 1)[0] for line in added] == ["Asking", "Going"] * asked
