"""A folder of figures says what each file was made of, and what would change it."""

import dataclasses
import hashlib
import json
import multiprocessing
import os
import shutil

import matplotlib
import msgspec
import pytest

import nltrade as nl
from conftest import Done
from nltrade import figures
from nltrade.charts import processes
from nltrade.charts.processes import Picture, pictures
from nltrade.figures import Question, check_figures, draw_figures, read_manifest

ONE = Question(names=["composition"], langs=["nl"], formats=["svg", "csv"])
FILES = ["composition.nl.svg", "composition.nl.csv"]
COMMAND = ["figures", "composition", "--lang", "nl", "--format", "svg, csv"]


@pytest.fixture(autouse=True)
def read_once(request, monkeypatch, shipped):
    if "newer" not in request.fixturenames:
        monkeypatch.setattr(figures, "load", lambda: shipped)


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "figures"
    draw_figures(ONE, folder)
    return folder


@pytest.fixture
def folder(tmp_path, drawn_once):
    return shutil.copytree(drawn_once, tmp_path / "figures")


def other_code(monkeypatch):
    """Let the code draw otherwise: texts in another grey, and sources with another hash."""
    monkeypatch.setattr("nltrade.charts.canvas.SOFT", "#777777")
    monkeypatch.setattr(figures, "code_hash", lambda: "made-up hash")


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def ids(folder, question=ONE):
    before = content(folder)
    changes, _ = check_figures(question, folder)
    assert content(folder) == before, "a check writes nothing"
    return {change.file: [reason.id for reason in change.reasons] for change in changes}


def test_the_manifest_ties_each_file_to_data_code_libraries_and_question(folder):
    found = read_manifest(folder)
    assert sorted(found) == sorted(FILES)
    for name, record in found.items():
        assert record.sha256 == hashlib.sha256((folder / name).read_bytes()).hexdigest()
        assert record.numbers == found["composition.nl.csv"].sha256
        assert record.tables == {"83028NED": "2023-01-04 f4158376e8e45a1e"}
        assert (record.partner, record.year, record.size) == ("RU", 2012, "page")
        assert (record.claims, record.style) == ("", "")
        assert record.versions["nltrade"] == nl.__version__
        assert record.versions["matplotlib"] == matplotlib.__version__


def test_drawing_again_writes_the_same_bytes_however_the_partner_is_spelled(folder):
    before = content(folder)
    draw_figures(msgspec.structs.replace(ONE, partner="Russia"), folder)
    assert content(folder) == before
    assert before["manifest.json"].endswith(b"}\n")
    assert list(json.loads(before["manifest.json"])) == sorted(FILES)


@pytest.mark.usefixtures("newer")
def test_other_data_are_named_with_their_dates(tmp_path, monkeypatch):
    folder = tmp_path / "figures"
    draw_figures(ONE, folder)
    monkeypatch.setenv("NLTRADE_DATA", str(tmp_path / "none"))
    assert ids(folder) == {file: ["change-data"] for file in FILES}
    ((_, values),) = check_figures(ONE, folder).changes[0].reasons
    assert values == {"table": "83028NED", "old": "2023-06-06", "new": "2023-01-04"}


def test_other_code_changes_the_picture_and_not_the_numbers(folder, monkeypatch):
    other_code(monkeypatch)
    assert ids(folder) == {"composition.nl.svg": ["change-code"]}


def test_another_library_is_named_with_its_versions(folder, monkeypatch):
    monkeypatch.setattr("nltrade.charts.canvas.SOFT", "#777777")
    monkeypatch.setattr(figures, "LIBRARIES", ("matplotlib", "no-such-library"))
    monkeypatch.setattr(figures, "version", lambda name: {"matplotlib": "0.1"}.get(name, "9"))
    (change,) = check_figures(ONE, folder).changes
    said = {
        reason.values["name"]: (reason.values["old"], reason.values["new"])
        for reason in change.reasons
    }
    assert said["matplotlib"] == (matplotlib.__version__, "0.1")
    assert said["no-such-library"] == ("–", "9")


def test_code_that_draws_the_same_bytes_only_dates_the_manifest(folder, monkeypatch):
    assert check_figures(ONE, folder) == ([], False)
    monkeypatch.setattr(figures, "code_hash", lambda: "made-up hash")
    assert check_figures(ONE, folder) == ([], True)


def test_comments_docstrings_and_line_endings_are_no_other_code(tmp_path):
    def hash_of(python, facts="a = 1\n"):
        (tmp_path / "a.py").write_bytes(python)
        (tmp_path / "facts.toml").write_text(facts)
        return figures.code_hash(tmp_path)

    plain = hash_of(b'def f():\n    """Say what."""\n    return 1\n')
    assert hash_of(b'# why\r\ndef f():\r\n\r\n    """Say more."""\r\n    return 1\r\n') == plain
    assert hash_of(b"def f(): return 1", "# a comment\na  =  1\n") == plain
    assert hash_of(b"def f(): return 2") != plain
    assert hash_of(b"def f(): return 1", "a = 2\n") != plain


def test_a_file_edited_missing_new_or_unlisted_is_named(folder):
    (folder / FILES[0]).write_bytes(b"<svg/>")
    (folder / FILES[1]).unlink()
    assert ids(folder) == {FILES[0]: ["change-edited"], FILES[1]: ["change-missing"]}
    (folder / "composition.nl.pdf").write_bytes(b"%PDF")
    more = msgspec.structs.replace(ONE, formats=["pdf"], langs=["nl", "en"])
    assert ids(folder, more) == {
        "composition.nl.pdf": ["change-unlisted"],
        "composition.en.pdf": ["change-new"],
    }


def test_an_edited_file_of_other_code_has_both_reasons(folder, monkeypatch):
    other_code(monkeypatch)
    (folder / FILES[0]).write_bytes(b"<svg/>")
    assert ids(folder) == {FILES[0]: ["change-edited", "change-code"]}


@pytest.mark.parametrize(
    ("asked", "reasons"),
    [
        ({"year": 2014, "partner": "DE"}, ["change-partner", "change-year"]),
        ({"size": "slide"}, ["change-size"]),
        ({"style": "own.mplstyle"}, ["change-style"]),
    ],
)
def test_another_question_is_named(folder, tmp_path, asked, reasons):
    if "style" in asked:
        own = tmp_path / "own.mplstyle"
        own.write_text("font.size: 8\ntext.color: ff0000\n", encoding="utf-8")
        asked = {"style": own}
    assert ids(folder, msgspec.structs.replace(ONE, **asked))[FILES[0]] == reasons


def test_a_part_of_the_figures_leaves_what_is_known_of_the_others(folder):
    before = read_manifest(folder)
    other = msgspec.structs.replace(ONE, names=["coverage"], langs=["en"], formats=["csv"])
    draw_figures(other, folder)
    after = read_manifest(folder)
    assert after == before | {"coverage.en.csv": after["coverage.en.csv"]}


def draw_one(name, folder):
    draw_figures(Question(names=[name], langs=["en"], formats=["csv"]), folder)


def test_two_that_draw_into_one_folder_at_once_lose_nothing(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    names = ["coverage", "composition"]
    both = [spawn.Process(target=draw_one, args=(name, tmp_path)) for name in names]
    for process in both:
        process.start()
    for process in both:
        process.join(120)
        assert process.exitcode == 0
    assert set(read_manifest(tmp_path)) == {f"{name}.en.csv" for name in names}
    assert {path.name for path in tmp_path.iterdir()} == {
        *read_manifest(tmp_path),
        "manifest.json",
        "sources.bib",
    }


def test_a_figure_without_data_leaves_its_old_file_and_tells(folder, monkeypatch):
    monkeypatch.setattr(nl.charts, "NAMES", ("composition", "fuels"))
    every = Question(langs=["nl"], formats=["csv"])
    away = msgspec.structs.replace(every, partner="CN")
    draw_figures(every, folder)
    drawn = draw_figures(away, folder)
    assert list(drawn.without) == ["fuels.nl"]
    assert drawn.left == [folder / "fuels.nl.csv"]
    assert ids(folder, away) == {"fuels.nl.csv": ["change-unmade"]}
    drawn.left[0].unlink()
    assert check_figures(away, folder).changes == []
    draw_figures(away, folder)
    assert "fuels.nl.csv" not in read_manifest(folder)


@pytest.mark.parametrize("writes", range(len(FILES) + 1))
def test_after_an_interruption_every_file_is_whole_and_the_old_ones_are_told(
    folder, monkeypatch, writes
):
    old, count = content(folder), iter(range(99))

    def full(path, data):
        if next(count) == writes:
            raise OSError(28, "No space left on device")
        return nl.files.write(path, data)

    other_code(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(figures, "write", full)
        with pytest.raises(OSError, match="No space left"):
            draw_figures(ONE, folder)
    assert content(folder)["manifest.json"] == old["manifest.json"]
    assert ids(folder) == ({"composition.nl.svg": ["change-code"]} if writes == 0 else {})
    assert check_figures(ONE, folder).outdated
    draw_figures(ONE, folder)
    assert check_figures(ONE, folder) == ([], False)


def test_the_command_says_what_would_change_and_the_exit_code_says_if_any(folder, run):
    words = [*COMMAND, "--out", folder, "--check"]
    assert run(*words) == Done(0, "Geen figuur zou veranderen.\n", "")
    (folder / FILES[0]).write_bytes(b"<svg/>")
    done = run(*words)
    assert done.code == 1
    assert "composition.nl (svg): het bestand is gewijzigd nadat het getekend was" in done.out
    done = run(*words, "--json")
    assert done.code == 1
    changes = {FILES[0]: [{"id": "change-edited"}]}
    assert done.json == {"changes": changes, "outdated": False}


def test_the_command_draws_the_formats_sizes_and_style_that_it_is_asked(tmp_path, run):
    own = tmp_path / "own.mplstyle"
    own.write_text("text.color: ff0000\n", encoding="utf-8")
    words = ["figures", "coverage", "--lang", "en", "--format", "svg", "--size", "column"]
    done = run(*words, "--style", own, "--json", "--out", tmp_path / "here")
    assert done.code == 0, done.err
    names = ("coverage.en.svg", "manifest.json", "sources.bib")
    files = [str(tmp_path / "here" / name) for name in names]
    assert done.json == {"files": files, "without": {}}
    drawn = (tmp_path / "here" / "coverage.en.svg").read_bytes()
    assert drawn == nl.charts.draw_coverage().image("svg", "column", style=own)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["rankin"], 2, "Did you mean 'ranking'?"),
        (["coverage", "--format", "png,gif"], 2, "No format 'gif'. Formats are png, svg, pdf, csv"),
        (["coverage", "--size", "pages"], 2, "No size 'pages'. Did you mean 'page'?"),
        (["coverage", "--style", "none.mplstyle"], 2, "Style file none.mplstyle cannot be read"),
        (["reported", "--claims", "none.toml"], 2, "none.toml: no such file"),
        (["coverage", "--check", "--out", "nowhere"], 3, "nowhere/manifest.json is not there"),
        (["coverage", "--out", "broken"], 3, "manifest.json cannot be read: Input data was trunc"),
        (["coverage", "--check", "--out", "broken"], 3, "or remove it and draw the figures again"),
        (["coverage", "--check", "--out", "strange"], 3, "unknown field `figures`"),
        (["coverage", "--out", "file"], 3, "cannot write or read file"),
    ],
)
def test_wrong_input_is_a_sentence_and_draws_nothing(words, code, says, tmp_path, run):
    for name, text in {"broken": "{", "strange": '{"a.csv": {"figures": {}}}'}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").write_text(text)
    (tmp_path / "file").touch()
    done = run("figures", *words)
    assert done.code == code, done.err
    assert says in " ".join(done.err.split())
    assert not list(tmp_path.rglob("*.png")) + list(tmp_path.rglob("*.svg"))


@pytest.fixture(scope="module")
def charts(shipped):
    return [nl.charts.draw_composition(shipped, lang=lang) for lang in ("en", "nl")]


@pytest.mark.slow
def test_pictures_are_the_same_bytes_in_one_process_and_in_two(charts, monkeypatch):
    each = [Picture("csv"), Picture("svg", "column", framed=False), Picture("png")]
    wanted = [each] * len(charts)
    here = pictures(charts, wanted)
    monkeypatch.setattr(processes, "SHARE", 1)
    with monkeypatch.context() as patch:
        patch.setattr(processes.Chart, "images", lambda *_, **__: pytest.fail("drawn here"))
        assert pictures(charts, wanted, workers=2) == here
    for chart, drawn in zip(charts, here, strict=True):
        assert set(drawn) == set(each)
        assert drawn[each[1]] == chart.image("svg", "column", framed=False)


def test_few_pictures_are_drawn_here(charts, monkeypatch):
    monkeypatch.setattr(
        processes, "ProcessPoolExecutor", lambda *_, **__: pytest.fail("started a process")
    )
    assert len(pictures(charts, [[Picture("svg")]] * 2, workers=8)) == 2
    assert pictures([], [], workers=8) == []


@pytest.mark.slow
def test_an_error_in_another_process_is_the_error_here(charts, monkeypatch):
    monkeypatch.setattr(processes, "SHARE", 1)
    with pytest.raises(nl.UnknownName, match="Style file none cannot be read"):
        pictures(charts, [[Picture("svg")]] * len(charts), style="none", workers=2)


def end(_canvas):
    os._exit(1)


def test_a_process_that_ends_early_is_a_sentence(charts, monkeypatch):
    monkeypatch.setattr(processes, "SHARE", 1)
    ending = [dataclasses.replace(chart, paint=end) for chart in charts]
    with pytest.raises(nl.NltradeError, match="ended before it was done"):
        pictures(ending, [[Picture("svg")]] * len(ending), workers=2)


def test_settings_of_the_user_do_not_change_a_figure(shipped):
    plain = nl.charts.draw_composition(shipped).image("svg")
    with matplotlib.rc_context({"axes.titlesize": 30, "figure.dpi": 30, "axes.linewidth": 5}):
        assert nl.charts.draw_composition(shipped).image("svg") == plain
