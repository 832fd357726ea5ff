import json
import os
import subprocess
import sys

import pytest

from test_registry import GOOD_CLAIM


def run(*words, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "nltrade", *words],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


def test_check_prints_every_verdict_and_reading_and_says_that_one_is_contradicted():
    done = run("check")
    assert done.returncode == 1
    assert done.stderr == ""
    words = " ".join(done.stdout.split())
    for said in (
        "€20,332m +1.7% against €20,000m",
        "3rd (certain)",
        "between the 2nd and 4th place",
        "United Kingdom 62,030",
    ):
        assert said in words
    assert "sha256 f4158376" in words


def test_check_speaks_dutch():
    done = run("check", "--lang", "nl")
    assert "klopt niet" in done.stdout
    assert "€\N{NO-BREAK SPACE}20.332\N{NO-BREAK SPACE}mln" in done.stdout


def test_check_gives_json_with_cells_table_date_and_hash():
    done = run("check", "--json")
    found = {entry["claim"]["id"]: entry for entry in json.loads(done.stdout)}
    assert done.returncode == 1
    imports = found["imports-2012"]
    assert imports["verdict"] == "supported"
    assert imports["readings"][0]["cells"][0]["value_meur"] == 20332
    assert imports["sources"][0]["table"] == "83028NED"
    assert imports["sources"][0]["modified"] == "2023-01-04"
    assert len(imports["sources"][0]["sha256"]) == 64
    assert len(found["third-partner"]["readings"]) == 10


def test_check_takes_a_claims_file(tmp_path):
    (tmp_path / "mine.toml").write_text(GOOD_CLAIM, encoding="utf-8")
    done = run("check", "--claims", "mine.toml", cwd=tmp_path)
    assert done.returncode == 0
    assert "supported" in done.stdout


def test_briefing_and_figures_take_a_claims_file(tmp_path):
    mine = (
        GOOD_CLAIM.replace('"RU"', '"TR"')
        .replace("2012", "2014")
        .replace("20000", "5000")
        .replace("21000", "6000")
    )
    (tmp_path / "mine.toml").write_text(mine.replace('"import"', '"export"'), encoding="utf-8")
    about = [
        "--claims",
        "mine.toml",
        "--partner",
        "TR",
        "--year",
        "2014",
        "--lang",
        "en",
        "--out",
        "here",
    ]
    assert run("briefing", "--format", "html", *about, cwd=tmp_path).returncode == 0
    assert "€5,067m" in (tmp_path / "here" / "briefing-TR-2014.en.html").read_text(encoding="utf-8")
    assert run("figures", "reported", *about, cwd=tmp_path).returncode == 0
    assert "5067" in (tmp_path / "here" / "reported.en.csv").read_text()
    done = run("briefing", "--claims", "mine.toml", cwd=tmp_path)
    assert done.returncode == 3
    assert "None of these claims is about RU in 2012; they are about TR 2014." in done.stderr


def test_rank_prints_places_with_their_certainty():
    done = run("rank", "--year", "2012", "--flow", "export", "--top", "3")
    assert done.returncode == 0
    assert "Russia" in done.stdout
    assert "between the 2nd and 4th place" in done.stdout
    assert "Switzerland" not in done.stdout
    rows = json.loads(run("rank", "--flow", "export", "--top", "3", "--json").stdout)
    assert [row["partner"] for row in rows] == ["US", "CN", "RU"]


def test_rank_marks_a_part_year():
    assert "part-year" in run("rank", "--year", "2026").stdout


def test_tables_lists_what_is_at_hand():
    done = run("tables")
    for said in ("83028NED", "border crossing", "2002-2022", "snapshot modified 2026-09-10"):
        assert said in done.stdout
    listed = {
        entry["id"]: entry["snapshots"] for entry in json.loads(run("tables", "--json").stdout)
    }
    assert len(listed) == 8
    assert listed["7137shih"] == []
    assert listed["83028NED"][0]["modified"] == "2023-01-04"
    assert "`nltrade fetch 7137shih` brings it" in done.stdout
    assert "4 jaar geleden" in run("tables", "--lang", "nl").stdout


def test_figures_and_briefing_write_where_they_are_told(tmp_path):
    done = run(
        "figures",
        "composition",
        "--lang",
        "nl",
        "--partner",
        "china",
        "--year",
        "2019",
        "--out",
        "here",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (tmp_path / "here").iterdir()}
    assert written == {f"composition.nl.{ending}" for ending in ("png", "svg", "csv")} | {
        "manifest.json"
    }
    done = run("briefing", "--lang", "en", "--format", "html", "--out", "there", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["briefing-RU-2012.en.html"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["check", "--claims", "none.toml"], 2, "none.toml: no such file"),
        (["check", "--lang", "de"], 2, "'de' is not one of"),
        (["rank", "--year", "1990"], 2, "No goods table covers 1990"),
        (["rank", "--year", "2019"], 2, "choose one with table="),
        (["rank", "--flow", "improt"], 2, "Did you mean 'import'?"),
        (["rank", "--among", "outside"], 2, "Did you mean 'outside EU'?"),
        (["rank", "--top", "0"], 2, "Invalid value for '--top'"),
        (["figures", "rankin"], 2, "Did you mean 'ranking'?"),
        (["figures", "ranking", "--partner", "HR"], 3, "Croatia (HR) is not published separately"),
        (["briefing", "--partner", "Rusia"], 2, "Did you mean 'RU' (Russia)?"),
        (["briefing", "--partner", "Croatia", "--year", "1990"], 3, "1990"),
        (["rank", "--table", "80414ned"], 2, "does not count goods"),
        (["rank", "--year", "99999"], 2, "Write a year"),
        (["figures", "--partner", "WORLD"], 2, "no partner country"),
        (["briefing", "--partner", "NL"], 2, "no partner country"),
        (["chekc"], 2, "No such command 'chekc'"),
    ],
)
def test_wrong_input_is_a_sentence_and_an_exit_code(words, code, says, tmp_path):
    done = run(*words, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").touch()
    done = run("figures", "composition", "--out", "file", cwd=tmp_path)
    assert done.returncode == 3
    assert "cannot write" in done.stderr
    assert "file" in done.stderr


def test_a_reader_that_stops_early_sees_no_traceback():
    pipe = f"{sys.executable} -m nltrade check | head -1"
    done = subprocess.run(
        ["/bin/sh", "-c", pipe], capture_output=True, text=True, check=False, env=os.environ
    )
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["check", "rank", "figures", "briefing", "tables"])
def test_every_command_has_help_with_an_example(command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"Example: nltrade {command}" in done.stdout
