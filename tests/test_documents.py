"""The briefing in each format: whole, readable by people and programs, the same bytes every time."""

import errno
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile

import msgspec
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image
from pptx import Presentation

import nltrade as nl
from accessible import assert_accessible
from nltrade.briefing import FORMATS, html, word
from nltrade.briefing.blocks import Figure, Table, shares
from nltrade.briefing.content import make_content
from nltrade.registry.entries import LANGS
from test_briefings import Page, assert_whole

pytestmark = pytest.mark.xdist_group("documents")  # what its tests share is made once
OFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write the briefing of the mission in every format and language."""
    folder = tmp_path_factory.mktemp("briefing")
    paths = nl.briefing(lang=LANGS, formats=FORMATS, out=folder)
    return {(path.name.split(".")[1], path.suffix[1:]): path for path in paths}


@pytest.fixture(scope="module")
def contents(shipped):
    verdicts = nl.check_claims(shipped)
    asked = {"partner": "RU", "year": 2012, "sectors": nl.sectors()}
    return {lang: make_content(shipped, verdicts, lang=lang, **asked) for lang in LANGS}


def test_every_format_is_written_under_a_name_that_tells_partner_year_and_language(written):
    assert {path.name for path in written.values()} == {
        f"briefing-RU-2012.{lang}.{format}" for lang in LANGS for format in FORMATS
    }
    assert all(path.stat().st_size > 10_000 for path in written.values())


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_opens_anywhere_and_can_be_read_without_eyes(written, contents, lang):
    page = written[lang, "html"].read_text(encoding="utf-8")
    assert_whole(page, len(contents[lang].charts))
    reader = Page()
    reader.feed(page)
    assert reader.images == [chart.alt for chart in contents[lang].charts]
    assert f'<html lang="{lang}">' in page
    assert not re.search(r'(src|href)="(?!data:|#|https?://)', page)
    assert not re.search(r"@import|url\(|<link|<script", page)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


@pytest.mark.parametrize("lang", LANGS)
def test_word_has_headings_captions_alternatives_and_tables(written, contents, lang):
    paper = Document(str(written[lang, "docx"]))
    content = contents[lang]
    styles = [paragraph.style.name for paragraph in paper.paragraphs]
    headings = [p.text for p in paper.paragraphs if p.style.name == "Heading 1"]
    assert headings[:-1] == [section.heading for section in content.sections]
    assert styles.count("Title") == 1
    about = [inline.find(qn("wp:docPr")) for inline in paper.element.body.iter(qn("wp:inline"))]
    assert [each.get("descr") for each in about] == [chart.alt for chart in content.charts]
    figures = [
        p.text for p in paper.paragraphs if p.style.name == "Caption" and p.text.startswith("Fig")
    ]
    assert len(figures) == len(content.charts)
    numbers = [
        field.findtext(".//" + qn("w:t")) for field in paper.element.body.iter(qn("w:fldSimple"))
    ]
    assert numbers.count("1") == 2  # of the figures, and of the tables
    assert len(paper.tables) >= 3 + len(content.charts)
    verdicts = [cell.text for cell in paper.tables[0].columns[4].cells]
    assert verdicts[1:4] == [{"en": "supported", "nl": "klopt"}[lang]] * 3
    assert paper.core_properties.title == content.title
    assert paper.core_properties.language.startswith(lang)


@pytest.mark.parametrize("lang", LANGS)
def test_slides_have_one_finding_each_with_figure_source_and_notes(written, contents, lang):
    show = Presentation(str(written[lang, "pptx"]))
    content = contents[lang]
    assert show.slides[0].shapes.title.text == content.title
    with_figure = [
        slide for slide in show.slides if any(shape.shape_type == 13 for shape in slide.shapes)
    ]
    assert [slide.shapes.title.text for slide in with_figure] == [
        chart.headline for chart in content.charts
    ]
    for slide, chart in zip(with_figure, content.charts, strict=True):
        (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
        assert picture._element.nvPicPr.cNvPr.get("descr") == chart.alt
        assert slide.notes_slide.notes_text_frame.text == chart.alt
        texts = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
        assert chart.subtitle in texts
        assert chart.footer[-1] in texts
    for slide in show.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= show.slide_width
            assert shape.top + shape.height <= show.slide_height


@pytest.mark.parametrize("lang", LANGS)
def test_the_pdf_is_tagged_and_says_its_title_and_language(written, contents, lang):
    content = written[lang, "pdf"].read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in content
    assert f"/Lang({lang}" in content.decode("latin-1").replace(" ", "")
    assert b"pdfuaid:part" in content
    assert contents[lang].title.encode() in content


@pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed"
)
def test_the_text_of_the_pdf_is_that_of_the_findings(written, contents):
    said = subprocess.run(
        ["pdftotext", "-layout", written["nl", "pdf"], "-"], capture_output=True, check=True
    ).stdout
    words = " ".join(said.decode().split())
    for sentence in contents["nl"].sections[0].blocks[0].items:
        assert " ".join(sentence.split()) in words


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("format", ["docx", "pptx"])
def test_libreoffice_opens_it_without_a_warning(written, format, tmp_path):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        OFFICE,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        tmp_path,
        written["nl", format],
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    said = [
        line for line in done.stderr.splitlines() if "javaldx" not in line
    ]  # only looks for Java, which it needs not
    assert said == []
    assert (tmp_path / f"briefing-RU-2012.nl.{'pdf'}").read_bytes().startswith(b"%PDF-")


def test_writing_again_in_another_process_gives_the_same_bytes(written, tmp_path):
    command = [
        sys.executable,
        "-m",
        "nltrade",
        "briefing",
        "--lang",
        "en",
        "--format",
        ",".join(FORMATS),
        "--out",
        tmp_path,
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    assert done.stdout.split() == [
        str(tmp_path / f"briefing-RU-2012.en.{format}") for format in FORMATS
    ]
    for format in FORMATS:
        assert (tmp_path / f"briefing-RU-2012.en.{format}").read_bytes() == written[
            "en", format
        ].read_bytes(), format


def test_nothing_in_an_office_file_tells_when_or_where_it_was_made(written):
    for format in ("docx", "pptx"):
        with zipfile.ZipFile(written["en", format]) as entries:
            assert {entry.date_time for entry in entries.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert "python-docx" not in entries.read("docProps/core.xml").decode()


def test_pictures_in_a_document_have_no_words_of_the_frame(contents):
    chart = contents["en"].charts[0]
    framed, bare = (
        Image.open(io.BytesIO(chart.image("png", "column", framed=framed)))
        for framed in (True, False)
    )
    assert framed.height > 1.3 * bare.height
    assert bare.width == framed.width


@pytest.mark.parametrize(
    ("partner", "year", "images"), [("Duitsland", 2019, 5), ("US", 2005, 5), ("AF", 2020, 4)]
)
def test_other_partners_have_a_briefing_without_verdicts_and_sectors(
    partner, year, images, tmp_path
):
    (path,) = nl.briefing(partner=partner, year=year, out=tmp_path)
    page = path.read_text(encoding="utf-8")
    assert_whole(page, images)
    assert "supported" not in page
    assert "mission" not in page


def test_claims_and_sectors_of_ones_own_are_shown(shipped, tmp_path):
    claim = msgspec.structs.replace(
        nl.claims()["exports-2012"], partner="TR", year=2014, threshold=5000, upto=6000
    )
    energy = {"energy": nl.sectors()["energy"]}
    own = {"claims": {"own": claim}, "sectors": energy}
    (path,) = nl.briefing(
        partner="TR", year=2014, formats="txt", out=tmp_path, frame=shipped, **own
    )
    text = path.read_text(encoding="utf-8")
    assert "a little above" in text
    assert "The sectors of the mission" in text
    (path,) = nl.briefing(
        partner="TR", year=2014, formats="txt", out=tmp_path, frame=shipped, claims={"own": claim}
    )
    assert "The sectors of the mission" not in path.read_text(encoding="utf-8")


def test_what_cannot_be_briefed_is_an_error_and_writes_nothing(shipped, tmp_path):
    with pytest.raises(nl.NoData, match=r"No rows with period 1990.*Here: 2002 to 2026"):
        nl.briefing(year=1990, out=tmp_path)
    with pytest.raises(nl.NoData, match=r"nothing on the trade with Croatia \(HR\)"):
        nl.briefing(partner="HR", out=tmp_path, frame=shipped[shipped["period"] == "2012"])
    with pytest.raises(nl.UnknownName, match="Did you mean 'RU'"):
        nl.briefing(partner="Rusia", out=tmp_path)
    with pytest.raises(nl.UnknownName, match=r"No format 'docs'\. Did you mean 'docx'\?"):
        nl.briefing(formats=["docs"], out=tmp_path)
    with pytest.raises(nl.UnknownName, match="No language 'de'"):
        nl.briefing(lang="de", out=tmp_path)
    with pytest.raises(nl.NoData, match="None of these claims is about CN in 2012"):
        nl.briefing(partner="CN", out=tmp_path, claims=nl.claims())
    assert not list(tmp_path.iterdir())


def test_a_library_that_is_not_there_is_named_with_what_installs_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    monkeypatch.delitem(sys.modules, "nltrade.briefing.word", raising=False)
    with pytest.raises(
        nl.NltradeError, match=r"docx needs docx.*pip install 'nltrade\[briefing\]'"
    ):
        nl.briefing(formats="docx", out=tmp_path)


def test_a_disk_that_fills_leaves_no_half_file_and_keeps_the_old_one(
    shipped, tmp_path, monkeypatch
):
    (path,) = nl.briefing(partner="NO", formats="txt", out=tmp_path, frame=shipped)
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", _full)
    with pytest.raises(OSError, match="No space left"):
        nl.briefing(partner="NO", formats="txt", lang="en", out=tmp_path, frame=shipped)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


def _full(_handle):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    command = [
        sys.executable,
        "-m",
        "nltrade",
        "briefing",
        "--partner",
        "NO",
        "--format",
        "txt",
        "--out",
        tmp_path / "file",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "cannot write" in done.stderr


EVIL = [
    '<script>alert("x")</script>',
    '=HYPERLINK("http://127.0.0.1","x")',
    "$\\frac{1}{0}$ #set page(fill: red) *bold*",
    "+1+1",
]


@pytest.mark.parametrize("words", EVIL, ids=["markup", "formula", "typesetting", "sum"])
def test_words_of_a_claim_stay_words_in_every_format(shipped, tmp_path, words):
    old = nl.claims()["imports-2012"]
    document = msgspec.structs.replace(old.document, title=words, address="javascript:alert(1)")
    claim = msgspec.structs.replace(
        old, wording=words, en=words, nl=words, document=document, also=[]
    )
    asked = {"frame": shipped, "claims": {"evil": claim}, "out": tmp_path}
    paths = {path.suffix: path for path in nl.briefing(formats=FORMATS, **asked)}
    page = paths[".html"].read_text(encoding="utf-8")
    assert_whole(page, page.count("<img"))
    assert "javascript:" not in page
    assert words in paths[".txt"].read_text(encoding="utf-8").replace("\n", " ")
    paper = Document(str(paths[".docx"]))
    assert words in "\n".join(cell.text for row in paper.tables[0].rows for cell in row.cells)
    assert "javascript" not in " ".join(each.target_ref for each in paper.part.rels.values())
    show = Presentation(str(paths[".pptx"]))
    assert any(
        words in shape.text_frame.text
        for slide in show.slides
        for shape in slide.shapes
        if shape.has_text_frame
    ) or any(
        words in cell.text
        for slide in show.slides
        for shape in slide.shapes
        if shape.has_table
        for cell in shape.table.iter_cells()
    )
    chart = nl.charts.draw_reported(nl.check_claims(shipped, [claim]))
    table = pd.read_csv(io.BytesIO(chart.image("csv")))
    assert not str(table["wording"].iloc[0]).startswith(("=", "+"))
    assert words.encode() not in chart.image("svg") or "<" not in words


def test_every_word_of_a_table_has_room(contents):
    for content in contents.values():
        for section in content.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    assert sum(shares(block, 110)) == pytest.approx(1)
                    longest = [
                        max(len(w) for cell in column for w in cell.split(" "))
                        for column in zip(*block.rows, strict=True)
                    ]
                    assert all(
                        share * 110 >= word
                        for share, word in zip(shares(block, 110), longest, strict=True)
                    )


def test_the_same_content_is_in_every_format(contents):
    content = contents["en"]
    pictures = [
        block
        for section in content.sections
        for block in section.blocks
        if isinstance(block, Figure)
    ]
    images = {
        block.chart.name: block.chart.image("png", "column", framed=False) for block in pictures
    }
    paper = Document(io.BytesIO(word.render(content, images)))
    page = html.render(content, dict.fromkeys(images, b"<svg/>")).decode()
    for block in pictures:
        assert any(block.chart.headline == paragraph.text for paragraph in paper.paragraphs)
        assert block.chart.headline in page.replace("&amp;", "&").replace("&#39;", "'")


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_a_phone(page, written, lang, scheme):
    page.emulate_media(color_scheme=scheme)
    assert_accessible(page, written[lang, "html"])
    assert page.hosts == set()
    assert all(
        page.eval_on_selector_all("img", "images => images.map(one => one.naturalWidth > 0)")
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#findings"
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
