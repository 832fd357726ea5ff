import hashlib
import json
import runpy
import shutil

import frictionless
import msgspec
import pytest

import nltrade as nl
from conftest import ROOT
from nltrade import registry
from nltrade.charts import draw
from nltrade.sources import provenance, store
from nltrade.sources.snapshot import Origin
from test_fetch import serve

__all__ = ["serve"]  # a fixture

RAW = ROOT / "data" / "raw"


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the snapshot of 83028NED as the user's own data, newer than the shipped one."""
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "mine"))
    folder = tmp_path / "mine" / "raw" / "83028NED" / "2023-01-05"
    shutil.copytree(RAW / "83028NED" / "2023-01-04", folder)
    return folder


@pytest.mark.parametrize("table", sorted(path.name for path in RAW.iterdir()))
def test_every_shipped_file_is_as_its_origin_says(table):
    (folder,) = (RAW / table).iterdir()
    origin = json.loads((folder / "origin.json").read_text())
    assert sorted(origin["files"]) == sorted(path.name for path in folder.glob("*.csv"))
    for name, file in origin["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == file["sha256"]
    assert origin["table"] == table
    assert origin["modified"] == folder.name
    cbs = registry.table(table).source == "CBS"
    assert ("United Nations" in origin["licence"]) if not cbs else origin["licence"] == "CC BY 4.0"
    assert (table if cbs else "United Nations") in origin["attribution"]
    assert "copy" in origin["via"]


def test_a_changed_byte_is_noticed_and_named(copy):
    path = copy / "TypedDataSet.csv"
    path.write_bytes(path.read_bytes().replace(b"20332", b"20333", 1))
    with pytest.raises(
        nl.errors.SnapshotError, match=r"TypedDataSet\.csv is not what was retrieved.*git checkout"
    ):
        nl.load("83028NED")


def test_a_missing_file_is_named_with_the_way_to_get_it_back(copy):
    (copy / "SITC.csv").unlink()
    with pytest.raises(
        nl.errors.SnapshotError, match=r"SITC\.csv is missing.*git checkout.*install"
    ):
        nl.load("83028NED")


@pytest.mark.parametrize("content", [b"", b"{", b'{"table": "83028NED"}', b"\xff"])
def test_a_damaged_origin_is_an_error_not_a_guess(copy, content):
    (copy / "origin.json").write_bytes(content)
    with pytest.raises(nl.errors.SnapshotError, match=r"origin\.json is damaged"):
        nl.load("83028NED")


def test_the_newest_snapshot_is_used_and_an_older_one_can_be_pinned(copy):
    assert [found.folder for found in store.find("83028NED")] == [copy]
    assert [found.folder for found in store.find("83028NED", "2023-01-04")] == [
        RAW / "83028NED" / "2023-01-04"
    ]
    with pytest.raises(
        nl.errors.SnapshotError,
        match="no version of 1999-01-01 of 83028NED; here: 2023-01-04, 2023-01-05",
    ):
        nl.load("83028NED", snapshot="1999-01-01")


def test_what_lies_in_the_folder_of_another_table_is_an_error(copy):
    shutil.rmtree(copy)
    shutil.copytree(RAW / "85427NED" / "2026-10-02", copy.parent / "2026-10-02")
    with pytest.raises(
        nl.errors.SnapshotError, match="is of 85427NED: it lies in the wrong folder"
    ):
        nl.load("83028NED")


def test_a_damaged_download_can_be_removed_as_its_error_says(copy, run):
    (copy / "origin.json").write_text("{}")
    told = run("check")
    assert (told.code, "origin.json is damaged" in told.err) == (3, True)
    assert "`nltrade tables --remove TABLE`" in told.err
    assert run("tables", "--remove", "83028NED/").code == 3  # a date is begun, and none is named
    assert run("tables", "--remove", "83028NED").out == f"removed {copy}\n"
    assert run("check").code == 1  # by the figures that ship; one claim is contradicted


def test_a_folder_for_data_can_begin_at_home_and_an_unknown_one_harms_nothing(
    monkeypatch, tmp_path, run
):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NLTRADE_DATA", "~/trade")
    assert str(tmp_path / "trade") in run("tables", "--downloads").out.replace("\n", "")
    monkeypatch.setenv("NLTRADE_DATA", "~no-such-user/trade")
    assert run("tables", "83028NED").code == 0


def test_a_frame_is_from_what_gave_it_rows_and_from_nothing_else_that_lies_there(
    serve, monkeypatch, tmp_path
):
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "own"))
    monkeypatch.setattr(provenance, "LOADED", {})  # as in a process that has loaded nothing yet
    serve("83028NED")
    whole = nl.fetch("83028NED").origin
    trade = nl.load("83028NED")
    assert list(nl.origins(trade)) == [whole]
    assert whole.modified == "2023-01-04"  # as the one that ships, which has less
    assert "f4158376" not in str(nl.show(nl.select(trade, partner="RU", period=2012)))


def test_the_right_file_is_named_when_another_of_the_same_date_was_loaded_later(
    serve, monkeypatch, tmp_path
):
    serve("83028NED")
    found, frames = [], []
    for folder, partner in {"a": ["RU", "WORLD"], "b": None}.items():
        monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / folder))
        found.append(nl.fetch("83028NED", partner=partner).origin.sha256[:8])
        frames.append(nl.load("83028NED", partner=["RU", "WORLD"], period=[2011, 2012]))

    for hash, frame in zip(found, frames, strict=True):
        chart = draw("over_time", frame, [], partner="RU", period=2012, lang="en")
        (verdict, *_) = nl.check_claims(frame)
        assert hash in str(nl.show(frame.head(3)))
        assert hash in " ".join(chart.footer)
        assert hash in {origin.sha256[:8] for origin in verdict.sources}
    assert len(set(found)) == 2


def test_a_key_that_cbs_adds_is_an_error_that_names_it(copy):
    path = copy / "TypedDataSet.csv"
    path.write_bytes(
        path.read_bytes() + b"L999999,T001082,2012JJ00,999999,999999,999999,999999\r\n"
    )
    _bless(copy)
    with pytest.raises(nl.errors.SnapshotError, match=r"LandenGroepen has L999999.*partners\.toml"):
        nl.load("83028NED")


def test_a_column_that_cbs_renames_is_an_error_that_names_both(copy):
    path = copy / "TypedDataSet.csv"
    path.write_bytes(path.read_bytes().replace(b"Invoerwaarde_1", b"Invoer_1", 1))
    _bless(copy)
    with pytest.raises(nl.errors.SnapshotError, match=r"Invoer_1, Invoerwaarde_1"):
        nl.load("83028NED")


def _bless(folder):
    """Write hashes anew, as a download would."""
    origin = msgspec.json.decode((folder / "origin.json").read_bytes())
    for name in origin["files"]:
        content = (folder / name).read_bytes()
        origin["files"][name] = {
            "rows": content.count(b"\n") - 1,
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    sealed = msgspec.convert(origin, Origin).sealed()
    (folder / "origin.json").write_bytes(msgspec.json.encode(sealed))


def test_an_edited_title_is_noticed(copy):
    path = copy / "origin.json"
    path.write_bytes(path.read_bytes().replace(b"In-, (weder)uitvoer", b"Uit-, (weder)invoer", 1))
    with pytest.raises(nl.errors.SnapshotError, match=r"origin\.json is not as it was written"):
        nl.load("83028NED")


def test_an_edited_title_is_noticed_where_the_hash_is_taken_away_too(copy):
    path = copy / "origin.json"
    origin = json.loads(path.read_text(encoding="utf-8"))
    del origin["seal"]
    path.write_text(json.dumps(origin | {"title": "Another"}), encoding="utf-8")
    with pytest.raises(nl.errors.SnapshotError, match="its hash is missing"):
        nl.load("83028NED")


def test_an_unknown_table_says_what_is_close():
    with pytest.raises(nl.UnknownName, match="Did you mean '83028NED'"):
        nl.load("83028ned")


def test_the_processed_frame_is_exactly_what_the_snapshot_gives(tmp_path):
    write_processed = runpy.run_path(str(ROOT / "data" / "process.py"))["write_processed"]
    written = write_processed(tmp_path)
    assert "trade.parquet" in {path.name for path in written}
    for path in written:
        assert path.read_bytes() == (ROOT / "data" / "processed" / path.name).read_bytes()


def test_a_data_package_describes_the_processed_frame():
    folder = ROOT / "data" / "processed"
    package = json.loads((folder / "datapackage.json").read_text())
    (trade,) = package["resources"]
    content = (folder / trade["path"]).read_bytes()
    assert trade["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert trade["bytes"] == len(content)
    assert [field["name"] for field in trade["schema"]["fields"]] == nl.load().columns.tolist()
    assert {"name": "value_meur", "type": "number", "unit": "million euro"}.items() <= next(
        field for field in trade["schema"]["fields"] if field["name"] == "value_meur"
    ).items()
    assert len(package["sources"]) == 5
    assert list(frictionless.Package.metadata_validate(package)) == []


def test_a_table_is_cited_as_text_and_for_bibtex_with_its_link():
    (origin,) = nl.origins(nl.load("83028NED", period=2012))
    link = "https://opendata.cbs.nl/statline/#/CBS/nl/dataset/83028NED/table"
    assert origin.cite().startswith("CBS (2023). In-, (weder)uitvoer, SITC")
    assert origin.cite().endswith(f"CC BY 4.0. {link}")
    assert origin.cite("bibtex").startswith("@misc{cbs-83028NED,\n  author = {{CBS}},")
    assert f"\\url{{{link}}}" in origin.cite("bibtex")
    with pytest.raises(nl.UnknownName, match="text or bibtex"):
        origin.cite("apa")
