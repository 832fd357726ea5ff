"""
The registry beside CBS: what fits is told, a file of one's own corrects it, downloads are listed.
"""

import errno
import re
from datetime import date
from pathlib import Path

import pytest

import cbs_replica as replica
import nltrade as nl
from cbs_replica import shih
from nltrade import registry
from nltrade.sources import cbs_v3, provenance, snapshot
from nltrade.sources.fitting import fitting
from test_fetch import own, serve

__all__ = ["own", "serve"]  # fixtures


@pytest.fixture(autouse=True)
def registry_as_it_was(monkeypatch):
    monkeypatch.setenv("NLTRADE_TABLES", "")
    yield
    monkeypatch.setenv("NLTRADE_TABLES", "")
    for kept in (registry.tables, registry.all_tables, registry.partners):
        kept.cache_clear()
    registry.partner_keys.cache_clear()
    registry.product_keys.cache_clear()


def test_a_table_that_fits_says_so_with_what_is_newer(serve):
    cbs = serve("83028NED", "85427NED")
    cbs.tables["83028NED"].info["Modified"] = "2023-06-06T02:00:00"
    older, newer = fitting(["83028NED", "85427NED"])
    assert (older.faults, older.records, older.here) == ([], 3234, "2023-01-04")
    assert "newer than here (2023-01-04): nltrade fetch 83028NED" in older.says
    assert (newer.faults, newer.modified) == ([], newer.here)


def test_no_observation_is_asked_for(serve):
    cbs = serve("83028NED")
    fitting(["83028NED"])
    assert len(cbs.requests) <= 6
    assert not [path for path, _ in cbs.requests if "DataSet" in path]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (replica.WrongUnit("1 000 euro"), "expected was 'mln euro'"),
        (replica.RenamedMeasure("Invoerwaarde_1", "Invoer_1"), "no measure 'Invoerwaarde_1'"),
        (replica.NewKey("SITC", "A999999"), "new in SITC: 'A999999'"),
    ],
)
def test_what_does_not_fit_is_named(serve, fault, says):
    serve("83028NED", faults=[fault])
    (fit,) = fitting(["83028NED"])
    assert says in fit.says
    assert fit.says.startswith("83028NED: does not fit")


def test_keys_that_changed_throughout_are_recognised_with_those_that_look_like_them(serve):
    cbs = serve("83028NED")
    for at, row in enumerate(cbs.tables["83028NED"].dimensions["LandenGroepen"]):
        row["Key"] = f"{at:03}"
    (fit,) = fitting(["83028NED"])
    assert "0 of the 77 known keys are there: CBS changed the keys" in fit.says
    assert "for 'L008724' (Rusland)" in fit.says or "for 'L00" in fit.says


def test_an_inserted_topic_that_renumbers_the_others_is_understood(serve):
    serve(
        "83028NED", faults=[replica.RenamedMeasure("Wederuitvoerwaarde_3", "Wederuitvoerwaarde_9")]
    )
    (fit,) = fitting(["83028NED"])
    assert fit.faults == []
    assert "Wederuitvoerwaarde_3 is Wederuitvoerwaarde_9" in fit.says
    nl.fetch("83028NED", partner="RU")
    trade = nl.load("83028NED", partner="RU", product="TOTAL", period=2012)
    assert trade.set_index("flow")["value_meur"]["re-export"] == 2809


def test_of_a_service_that_is_silent_nothing_is_said_of_the_table(monkeypatch):
    monkeypatch.setenv("NLTRADE_CBS", "http://127.0.0.1:9")
    (fit,) = fitting(["70017"], tries=1)
    assert fit.says.startswith("70017: not compared")
    assert "the connection failed" in fit.says


def test_the_command_line_checks_and_lists_and_removes(serve, run):
    serve("83028NED")
    checked = run("tables", "--check", "83028NED")
    every = run("tables", "--check")  # of all the others the replica has none
    heads = [line for line in every.out.splitlines() if not line.startswith(" ")]
    assert [head.partition(":")[0] for head in heads] == list(registry.tables())
    assert (every.code, heads.count("83028NED: fits")) == (3, 1)
    assert (checked.code, checked.out.splitlines()[0]) == (0, "83028NED: fits")
    listed = run("tables", "83028NED").out
    assert listed.startswith("83028NED  Imports, exports")
    assert "85427NED" not in listed
    assert run("fetch", "83028NED", "--partner", "RU").code == 0
    assert "83028NED/2023-01-04  0.0 MB  years 2002-2022; RU" in run("tables", "--downloads").out
    assert run("tables", "--remove", "83028NED/2023-01-04").out.startswith("removed ")
    assert run("tables", "--downloads", "--json").json == []
    again = run("tables", "--remove", "83028NED")
    assert again.code == 3
    assert "No download of 83028NED" in again.err
    assert nl.load("83028NED", partner="RU", period=2012)["value_meur"].iloc[0] == 20332


def test_in_dutch_what_is_here_is_told_in_dutch(serve, run, own, monkeypatch):
    serve(shih())
    monkeypatch.setattr(provenance, "LOADED", {})  # as in a process that has loaded nothing yet
    dutch = ["--lang", "nl"]
    assert run("tables", "--downloads", *dutch).out == f"Er zijn geen downloads in {own}.\n"
    monkeypatch.setattr(cbs_v3.Feed, "records", lambda *_: None)
    nl.fetch("7137shih", years="2011:2012", freq=["A", "M"], product="33")
    nl.fetch("7137shih", years=2012, partner="RU")

    whole = (
        "jaren, maanden 2011-2012; alle landen en groepen; TOTAL, 33; geen telling bevestigt het "
        "aantal rijen"
    )
    part = "jaren 2012; RU; alle producten; geen telling bevestigt het aantal rijen"
    listed = run("tables", "7137shih", *dutch, columns=200).lines
    assert [line.partition("): ")[2] for line in listed if "versie van" in line] == [part, whole]
    downloads = run("tables", "--downloads", *dutch).lines
    assert [line.partition(" MB  ")[2] for line in downloads] == [part, whole]
    shown = nl.show(nl.origins(nl.load("7137shih")), "nl").frame
    assert shown["wat erin zit"].tolist() == [part, whole]
    assert run("tables", "--search", "SITC", *dutch).out.endswith(", gewijzigd 2018-05-03\n")
    assert run("tables", "--remove", "7137shih", *dutch).out.startswith("verwijderd ")


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", "version of 2022-02 (4 years ago): years 2000-2020; RU; all products"),
        ("nl", "versie van 2022-02 (4 jaar geleden): jaren 2000-2020; RU; alle producten"),
    ],
)
def test_what_a_partner_reported_is_listed_with_what_is_here_and_how_to_bring_others(
    run, lang, says
):
    says = says.replace("4 ", f"{round((date.today() - date(2022, 2, 1)).days / 365)} ")
    assert says in run("tables", "comtrade-partner", "--lang", lang).out
    (command,) = re.findall("`(nltrade fetch .*?)`", run("tables", "comtrade-nl").out)
    assert run(*command.split()[1:], "--plan").code == 0


def test_a_file_of_ones_own_corrects_a_field_of_a_table(serve, run, tmp_path):
    cbs = serve("83028NED")
    for topic in cbs.tables["83028NED"].topics:
        topic["Unit"] = "1 000 euro"
    (tmp_path / "mine.toml").write_text('[tables.83028NED]\nunit = "1 000 euro"\n')
    mine = ["--tables", tmp_path / "mine.toml"]
    assert run("fetch", "83028NED", "--partner", "RU").code == 3
    assert run("fetch", "83028NED", "--partner", "RU", *mine).code == 0
    assert registry.table("83028NED").unit == "1 000 euro"
    assert registry.table("85427NED").unit == "mln euro"


def test_a_file_of_ones_own_counts_for_every_command(serve, run, tmp_path, monkeypatch):
    serve("83028NED")
    (tmp_path / "mine.toml").write_text('[tables.83028NED]\nunit = "1 000 euro"\n')
    asked = ["rank", "--year", 2012, "--table", "83028NED"]
    ours = run(*asked, "--json").json["rows"][0]["value_meur"]
    checked = run("tables", "83028NED", "--check", "--tables", tmp_path / "mine.toml")
    assert "is 'mln euro', expected was '1 000 euro'" in checked.out
    assert run(*asked, "--json").json["rows"][0]["value_meur"] == pytest.approx(ours / 1000)
    monkeypatch.setenv("NLTRADE_TABLES", "")


def test_a_file_of_ones_own_adds_a_table_with_keys_of_its_own(tmp_path):
    text = registry.FOLDER.joinpath("tables.toml").read_text("utf-8")
    start = text.index("[tables.85427NED]")
    entry = text[start : text.index("[tables.7137shih]")].replace("85427NED", "99999NED")
    entry = entry.replace("v4 = true\n", 'partners = { "1" = "RU", "2" = "WORLD" }\n')
    (tmp_path / "mine.toml").write_text(entry)
    registry.use_tables(tmp_path / "mine.toml")
    assert [p.id for p in registry.partner_keys("99999NED").values()] == ["RU", "WORLD"]
    assert "83028NED" in registry.tables()


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ("units = 3", "no field 'units' here. Did you mean 'unit'"),
        ('unit = "kg"', "unit = 'kg' is not known. Write one of: mln euro, 1 000 euro"),
        ('concept = "border"', "no note on its concept 'border'. Known are border-crossing"),
    ],
)
def test_a_wrong_file_of_ones_own_names_file_entry_and_remedy(tmp_path, field, says):
    (tmp_path / "mine.toml").write_text(f"[tables.83028NED]\n{field}\n")
    registry.use_tables(tmp_path / "mine.toml")
    with pytest.raises(nl.errors.RegistryError) as error:
        registry.tables()
    assert str(error.value).startswith(f"mine.toml: entry [83028NED]: {says}")


def test_any_table_is_kept_as_it_is_with_labels_units_and_statuses(serve, run):
    cbs = serve("80414ned")
    cbs.tables["80414ned"].info["Identifier"] = "99999ned"
    cbs.tables["99999ned"] = cbs.tables.pop("80414ned")
    said = run("fetch", "99999ned", "--raw").out
    rows = nl.load_raw("99999ned")
    assert said.startswith(f"{len(rows):,} figures, as CBS has them, in:\n")
    origin = run("fetch", "99999ned", "--raw", "--json").json
    assert origin["files"]["data.parquet"]["rows"] == len(rows)
    russia = rows.query("Landen == 'RU' and Perioden == '2012JJ00' and title == 'Totaal diensten'")
    assert russia.set_index("InvoerUitvoerEnSaldo")["value"][["I", "E"]].gt(0).all()
    assert set(russia["Landen_label"]) == {"Rusland"}
    assert set(russia["unit"]) == {"mln euro"}
    assert set(russia["Perioden_status"]) == {"NaderVoorlopig"}
    assert set(rows.loc[rows["value"].isna(), "missing"]) == {"unknown or secret"}


def test_a_changed_byte_of_a_table_as_it_is_is_noticed(serve, run):
    serve("70017")
    folder = Path(run("fetch", "70017", "--raw", "--json").json["folder"])
    (folder / "data.parquet").write_bytes(b"?")
    with pytest.raises(nl.errors.SnapshotError, match="its hash changed"):
        nl.load_raw("70017")


def full(*_):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_leaves_the_table_as_it_was_and_nothing_half_written(
    serve, run, own, monkeypatch
):
    cbs = serve("83028NED")
    run("fetch", "83028NED", "--raw")
    before = nl.load_raw("83028NED")
    lies = sorted(own.rglob("*"))

    for row in cbs.tables["83028NED"].cells[:5]:
        row["Invoerwaarde_1"] = "7"
    monkeypatch.setattr(snapshot, "write", full)  # the last file, after the figures
    again = run("fetch", "83028NED", "--raw")
    assert (again.code, again.out) == (3, "")
    assert f"{own / 'as-it-is' / '83028NED'}: No space left on device" in again.err
    assert sorted(own.rglob("*")) == lies
    assert nl.load_raw("83028NED").equals(before)


@pytest.mark.usefixtures("own")
def test_a_table_that_was_not_kept_is_a_sentence_with_the_command():
    with pytest.raises(nl.errors.SnapshotError, match="`nltrade fetch 81261ned --raw`"):
        nl.load_raw("81261ned")


@pytest.mark.parametrize("table", ["comtrade-partner", "comtrade-nl-sitc"])
def test_a_table_of_another_source_is_refused_by_name_and_nobody_is_asked(serve, run, table):
    cbs = serve("83028NED")
    checked = run("tables", "83028NED", table, "--check")
    assert (checked.code, checked.out) == (2, "")
    assert f"{table} is a table of Comtrade, and it is CBS that is asked." in checked.err
    assert cbs.requests == []
