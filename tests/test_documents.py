"""The briefing in each format: whole, readable by people and programs, the same every time."""

import errno
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import msgspec
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from PIL import Image
from pptx import Presentation
from pptx.util import Inches

import nltrade as nl
from accessible import assert_accessible
from conftest import slow
from nltrade.briefing import FORMATS, html, native, typeset, word
from nltrade.briefing.blocks import ICONS, Figure, Points, Section, grid, numeric, values_of, widths
from nltrade.briefing.blocks import table as table_of
from nltrade.briefing.content import make_content
from nltrade.charts import NAMES
from nltrade.charts.series import by_years
from nltrade.claims.summary import summary
from nltrade.registry.entries import LANGS
from nltrade.report import Table
from nltrade.words import Words
from test_briefings import Page, assert_whole
from test_presentation import workbook

OFFICE = shutil.which("soffice")
# Each format is written in one language at once, and in the other where -m slow runs.
QUICK = {"en": ("html", "pptx", "xlsx"), "nl": ("docx", "pdf", "txt")}


def langs_of(format):
    """Both languages as parameters; the one that a format is not quick in is slow."""
    return [lang if format in QUICK[lang] else slow(lang) for lang in LANGS]


class Written(dict):
    """The briefing of the mission by language and format, written when it is first asked for."""

    def __init__(self, folder, frame):
        self.folder, self.frame = folder, frame

    def __missing__(self, asked):
        lang, format = asked
        quick = QUICK[lang]
        formats = quick if format in quick else [one for one in FORMATS if one not in quick]
        for path in nl.briefing(lang=lang, formats=formats, out=self.folder, frame=self.frame):
            self[lang, path.suffix[1:]] = path
        return self[asked]


@pytest.fixture(scope="module")
def written(tmp_path_factory, shipped):
    return Written(tmp_path_factory.mktemp("briefing"), shipped)


@pytest.fixture(scope="module")
def contents(shipped):
    verdicts = nl.check_claims(shipped)
    asked = {"partner": "RU", "year": 2012, "sectors": nl.sectors()}
    asked["other_side"] = nl.other_side("RU")
    return {lang: make_content(shipped, verdicts, lang=lang, **asked) for lang in LANGS}


def test_every_format_is_written_under_a_name_that_tells_partner_year_and_language(written):
    for lang, formats in QUICK.items():
        for format in formats:
            path = written[lang, format]
            assert path.name == f"briefing-RU-2012.{lang}.{format}"
            assert path.stat().st_size > 10_000


@pytest.mark.parametrize("lang", langs_of("html"))
def test_the_page_opens_anywhere_and_can_be_read_without_eyes(written, contents, lang):
    page = written[lang, "html"].read_text(encoding="utf-8")
    charts = contents[lang].charts
    assert_whole(page, 2 * len(charts))
    reader = Page()
    reader.feed(page)
    # each drawing for a wide and for a narrow screen, of which one is shown
    assert reader.images == [chart.alt for chart in charts for _ in range(2)]
    assert f'<html lang="{lang}">' in page
    assert not re.search(r'(src|href)="(?!data:|#|https?://)', page)
    assert not re.search(
        r'@import|url\((?!"data:font|#)|<link|<script(?! type="application/ld)', page
    )
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


@pytest.mark.parametrize("lang", langs_of("html"))
def test_the_page_tells_the_values_of_its_figures_where_a_reader_points(written, contents, lang):
    page = written[lang, "html"].read_text(encoding="utf-8")
    (over_time,) = [chart for chart in contents[lang].charts if chart.name == "over_time"]
    told = set(re.findall(r"<title>([^<]+)</title></rect>", page))
    values = [
        f"{by_years(series.name)}, 2012: {series.write('2012', lang)}"
        for series in over_time.series
        if series.values.get("2012") is not None
    ]
    assert values
    assert {html_text(each) for each in values} & told


def html_text(words):
    return words.replace("&", "&amp;").replace("'", "&#x27;")


@pytest.mark.parametrize("lang", langs_of("html"))
def test_machines_find_a_review_of_each_claim_and_the_data_it_rests_on(written, lang):
    page = written[lang, "html"].read_text(encoding="utf-8")
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    facts = [json.loads(each) for each in found]
    reviews = [each for each in facts if each["@type"] == "ClaimReview"]
    assert [each["itemReviewed"]["text"] for each in reviews] == [
        claim.wording for claim in nl.claims().values()
    ]
    assert [each["reviewRating"]["ratingValue"] for each in reviews] == [3] * 7 + [1]
    data = {each["identifier"]: each for each in facts if each["@type"] == "Dataset"}
    assert data["83028NED"]["dateModified"] == "2023-01-04"
    cited = data["83028NED"]["citation"]
    assert cited.startswith("CBS (2023). ")
    assert cited in unescape(re.sub("<script.*?</script>", "", page, flags=re.DOTALL))
    assert 'href="https://opendata.cbs.nl/statline/#/CBS/nl/dataset/83028NED/table"' in page
    assert data["83028NED"]["license"].startswith("https://creativecommons.org/licenses/by/4.0")


@pytest.mark.parametrize("lang", langs_of("html"))
def test_quotations_are_marked_with_their_language(written, lang):
    page = written[lang, "html"].read_text(encoding="utf-8")
    assert '<q lang="nl">“ruim 20 miljard euro”</q>' in page
    assert '<q lang="en">“grew by 20 percent”</q>' in page
    by = {
        "en": "Government of the Netherlands, November 2013",
        "nl": "Rijksoverheid, november 2013",
    }
    assert by[lang] in page


@pytest.mark.parametrize("lang", LANGS)
def test_page_one_has_verdict_findings_key_figures_and_one_figure(contents, lang):
    first, second = contents[lang].sections[:2]
    assert first.part == "summary"
    verdict, points, key, figure = first.blocks
    assert verdict == summary(nl.check_claims(), lang)
    assert 3 <= len(points.items) <= 5
    assert isinstance(figure, Figure)
    head, rows = grid(key)
    assert head[1:4] == ["2012", "2011", "2007"]
    say = Words(lang)
    amounts = {row[0]: row[1] for row in rows}
    assert amounts[say.label("key-import")] == say.bn(20332)
    assert amounts[say.label("key-balance")] == say.bn(-13264)
    assert second.part == "body"


@pytest.mark.parametrize("lang", LANGS)
def test_no_command_hash_or_table_code_stands_before_the_annex(contents, lang):
    for section in contents[lang].sections:
        if section.part == "annex":
            continue
        said = repr([b for b in section.blocks if not isinstance(b, Figure | Table)])
        said += "".join(map(repr, [grid(b) for b in section.blocks if isinstance(b, Table)]))
        said += "".join(
            f"{b.chart.headline} {b.caption} {b.said}"
            for b in section.blocks
            if isinstance(b, Figure)
        )
        assert not re.search(r"nltrade|sha256|\b[0-9a-f]{8}\b|\d{5}NED|\d{4}shih|\d{5}ned", said)


@pytest.mark.parametrize("lang", langs_of("docx"))
def test_word_has_headings_captions_alternatives_and_tables(written, contents, lang):
    paper = Document(str(written[lang, "docx"]))
    content = contents[lang]
    styles = [paragraph.style.name for paragraph in paper.paragraphs]
    said = [p.text for p in paper.paragraphs if p.style.name.startswith("Heading")]
    assert {section.heading for section in content.sections[1:]} <= set(said)
    begin = [p.text for p in paper.paragraphs if p.paragraph_format.page_break_before]
    assert begin == [content.sections[1].heading, Words(lang).label("annex")]
    assert styles.count("Title") == 1
    assert styles.count("List Bullet") > 10
    about = [inline.find(qn("wp:docPr")) for inline in paper.element.body.iter(qn("wp:inline"))]
    assert [each.get("descr") for each in about] == [chart.alt for chart in content.charts]
    figures = [
        p.text for p in paper.paragraphs if p.style.name == "Caption" and p.text.startswith("Fig")
    ]
    assert len(figures) == len(content.charts)
    codes = [field.get(qn("w:instr")) for field in paper.element.body.iter(qn("w:fldSimple"))]
    assert sum("SEQ" in code for code in codes) == len(figures) + len(paper.tables)
    assert {table.style.name for table in paper.tables} == {"Briefing Table"}
    verdicts = [cell.text for cell in paper.tables[1].columns[0].cells]
    word_of = {"en": "supported", "nl": "klopt"}[lang]
    assert verdicts[1:4] == [f"{ICONS['supported']}\N{NO-BREAK SPACE}{word_of}"] * 3
    assert paper.core_properties.title == content.title
    assert paper.core_properties.language.startswith(lang)
    foot = paper.sections[0].footer._element.xml
    assert "PAGE" in foot
    assert "NUMPAGES" in foot
    assert content.title in paper.sections[0].header.paragraphs[0].text
    assert paper.sections[0].different_first_page_header_footer
    assert paper.sections[0].first_page_header.paragraphs[0].text == "", "the title is below it"
    assert "PAGE" in paper.sections[0].first_page_footer._element.xml


def test_no_row_of_a_table_in_word_stands_alone_on_a_page(written):
    paper = Document(str(written["nl", "docx"]))
    lengths = set()
    for table in paper.tables:
        cells = [row.cells[0].paragraphs[0] for row in table.rows]
        kept = [cell.paragraph_format.keep_with_next for cell in cells]
        below = table._tbl.getnext().xpath("string(.)")
        assert kept[:3] + kept[-3:] == [True] * 5 + [bool(below)], "a remark stands below its table"
        assert all(kept[:-1]) == (len(kept) <= 9), "a longer table may go on on the next page"
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        lengths.add(len(kept))
    assert max(lengths) > 20


def test_rows_of_a_table_in_word_are_equally_high_where_cells_are_empty(written):
    paper = Document(str(written["nl", "docx"]))
    cells = [cell for table in paper.tables for row in table.rows for cell in row.cells]
    empty = [cell for cell in cells if not cell.text]
    assert len(empty) > 50
    assert {cell.paragraphs[0].style.name for cell in cells} == {"Briefing Cell"}
    assert paper.styles["Briefing Cell"].font.size == Pt(8.5)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_no_row_or_remark_of_a_table_in_the_pdf_stands_alone_on_a_page(contents, tmp_path):
    rows = [[f"row {at}", str(at)] for at in range(10, 22)]
    long = table_of("a long table", ["name", "number"], rows, remarks=["The remark."])
    for lines in range(24, 46):
        blocks = [*["A line of text."] * lines, long]
        sections = [Section("a", "Values", blocks, "annex"), Section("b", "Last", [], "annex")]
        only = replace(contents["en"], sections=sections)
        (tmp_path / "a.pdf").write_bytes(typeset.render(only, {}))
        told = subprocess.run(
            ["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, check=True
        ).stdout.decode()
        pages = [page.count("row ") for page in told.split("\f") if "row " in page]
        assert sum(pages) == len(rows)
        assert min(pages) >= 2, f"after {lines} lines"
        (remarked,) = [page for page in told.split("\f") if "The remark." in page]
        assert "row 21" in remarked


def test_citations_stand_on_one_page_in_word(written, contents):
    paper = Document(str(written["nl", "docx"]))
    told = [paragraph.text for paragraph in paper.paragraphs]
    citations = contents["nl"].sections[-1]
    behind = paper.paragraphs[told.index(citations.heading) :]
    assert len(behind) > len(contents["nl"].charts) // 2
    assert all(paragraph.paragraph_format.keep_with_next for paragraph in behind)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("lang", langs_of("pdf"))
def test_citations_stand_on_one_page_of_the_pdf(written, contents, lang):
    told = subprocess.run(
        ["pdftotext", "-layout", written[lang, "pdf"], "-"], capture_output=True, check=True
    ).stdout.decode()
    pages = [" ".join(page.split()) for page in told.split("\f") if page.strip()]
    citations = contents[lang].sections[-1]
    (cited,) = [block for block in citations.blocks if isinstance(block, Points)]
    assert len(cited.links) >= 5
    last = pages[-1]
    assert f" {citations.heading} " in last
    assert all(link.text.rsplit(" ", 1)[0][:60] in last for link in cited.links)


@pytest.mark.parametrize("lang", langs_of("pptx"))
def test_slides_have_one_thing_each_with_numbers_notes_and_charts_to_restyle(
    written, contents, lang
):
    show = Presentation(str(written[lang, "pptx"]))
    content = contents[lang]
    first, second = show.slides[0], show.slides[1]
    assert first.shapes.title.text == content.title
    assert first.placeholders[1].left == first.shapes.title.left
    remarks = [each.text_frame.text for each in second.shapes if each.has_text_frame]
    key = next(block for block in content.sections[0].blocks if isinstance(block, Table))
    assert key.remarks[0] in remarks
    parts = [section for section in content.sections if section.part != "annex"]
    told = [block for part in parts for block in part.blocks if isinstance(block, Figure)]
    titles = [slide.shapes.title.text for slide in show.slides]
    assert {figure.chart.headline for figure in told} <= set(titles)
    assert sum(shape.has_chart for slide in show.slides for shape in slide.shapes) >= 1
    for figure in told:
        slide = show.slides[titles.index(figure.chart.headline)]
        (drawn,) = [shape for shape in slide.shapes if shape.has_chart or shape.shape_type == 13]
        assert drawn._element.xpath(".//p:cNvPr")[0].get("descr") == figure.chart.alt
        said = slide.notes_slide.notes_text_frame.text
        assert (figure.said or figure.chart.headline) in said
        assert figure.chart.alt not in said
    for slide in show.slides:
        assert 'type="slidenum"' in slide._element.xml
        for shape in slide.shapes:
            if shape.has_table:
                assert len(shape.table.rows) <= 7
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= show.slide_width
            assert shape.top + shape.height <= show.slide_height


def test_templates_bring_their_own_styles_and_masters(tmp_path, shipped):
    paper, show = Document(), Presentation()
    paper.styles["Heading 1"].font.size = Pt(31)
    paper.styles["Normal"].font.name = "Verdana"
    paper.sections[0].header.paragraphs[0].text = "a ministry"
    paper.add_paragraph("left over")
    paper.save(tmp_path / "house.docx")
    show.slide_layouts[0].name = "a ministry"
    show.slides.add_slide(show.slide_layouts[0])
    show.save(tmp_path / "house.pptx")
    paths = nl.briefing(
        partner="NO",
        year=2012,
        formats=["docx", "pptx"],
        template=[tmp_path / "house.docx", tmp_path / "house.pptx"],
        frame=shipped,
        out=tmp_path / "out",
    )
    paper, show = Document(str(paths[0])), Presentation(str(paths[1]))
    assert paper.styles["Heading 1"].font.size == Pt(31)
    added = [
        style for style in paper.styles if style.name.startswith("Briefing") and style.type == 1
    ]
    assert len(added) == 3
    assert {(style.base_style.name, style.font.name) for style in added} == {("Normal", None)}
    assert paper.sections[0].header.paragraphs[0].text == "a ministry"
    assert "left over" not in [p.text for p in paper.paragraphs]
    assert show.slides[0].slide_layout.name == "a ministry"
    assert show.slides[0].shapes.title.text == "Trade with Norway, 2012"
    assert (show.slide_width, show.slide_height) == (9144000, 6858000)
    second, third = show.slides[1], show.slides[2]
    assert not any(shape.has_table for shape in second.shapes), "no room beside the findings"
    assert third.shapes.title.text == Words("en").text("key-title", partner="NO")
    assert any(shape.has_table and shape.width > 8_000_000 for shape in third.shapes)
    with pytest.raises(nl.UnknownName, match=r"No template 'house\.odt'"):
        nl.briefing(template="house.odt", out=tmp_path)
    (tmp_path / "house.pptx").write_bytes((tmp_path / "house.docx").read_bytes())
    with pytest.raises(nl.UnknownName, match=r"is called \.pptx and is no such file"):
        nl.briefing(template=tmp_path / "house.pptx", out=tmp_path)


@pytest.mark.parametrize("has_lists", [True, False])
def test_styles_that_a_word_template_lacks_are_added_with_bullets_and_levels(
    tmp_path, shipped, has_lists
):
    house = Document()
    for name in ("Heading 1", "Heading 2", "List Bullet"):
        style = house.styles[name].element
        style.getparent().remove(style)
    if not has_lists:
        rels = house.part.rels
        (lists,) = [id for id, each in rels.items() if each.reltype.endswith("/numbering")]
        rels.pop(lists)
    house.save(tmp_path / "house.docx")

    (path,) = nl.briefing(
        partner="KI",
        year=2015,
        formats="docx",
        template=tmp_path / "house.docx",
        frame=shipped,
        out=tmp_path / "out",
    )
    paper = Document(str(path))
    for level in (1, 2):
        style = paper.styles[f"Heading {level}"]
        assert style.paragraph_format.keep_with_next
        assert style.element.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) == str(level - 1)

    used = {paragraph.style.name for paragraph in paper.paragraphs}
    assert {"Heading 1", "Heading 2", "List Bullet"} <= used
    number = paper.styles["List Bullet"].element.pPr.numPr.numId.val
    numbering = paper.part.numbering_part.element
    of_list = numbering.num_having_numId(number).abstractNumId.val
    (kind,) = numbering.xpath(f'./w:abstractNum[@w:abstractNumId="{of_list}"]//w:numFmt/@w:val')
    assert kind == "bullet"


def test_a_template_of_few_layouts_keeps_every_table_and_one_without_texts_is_named(
    tmp_path, shipped
):
    file = tmp_path / "house.pptx"
    asked = {"partner": "NO", "year": 2012, "formats": "pptx", "template": file, "frame": shipped}

    show = Presentation()
    for layout in list(show.slide_layouts)[2:]:
        show.slide_layouts.remove(layout)
    show.save(file)
    (path,) = nl.briefing(**asked, out=tmp_path / "few")
    slides = Presentation(str(path)).slides
    tables = [shape.table for slide in slides for shape in slide.shapes if shape.has_table]
    assert any(cell.text == "Goods, imports" for table in tables for cell in table.iter_cells())

    for layout in list(show.slide_layouts)[1:]:
        show.slide_layouts.remove(layout)
    for holder in list(show.slide_layouts[0].placeholders)[1:]:
        holder._element.getparent().remove(holder._element)
    show.save(file)
    with pytest.raises(nl.UnknownName, match="no layout with a title and a text"):
        nl.briefing(**asked, out=tmp_path / "none")


def test_a_chart_on_a_slide_has_no_words_on_marks_that_it_lacks(written):
    show = Presentation(str(written["en", "pptx"]))
    charted = [slide for slide in show.slides if any(shape.has_chart for shape in slide.shapes)]
    assert any("2002–2026" in shape.text_frame.text for shape in texts_of(charted))
    for shape in texts_of(charted):
        assert "Open marks" not in shape.text_frame.text
        assert "Rings" not in shape.text_frame.text
        assert "differ in scale" not in shape.text_frame.text  # one flow alone is there


def letters(path):
    """Give the size in points of the letters of each picture: of nine where it is not scaled."""
    if path.suffix == ".docx":
        paper = Document(str(path))
        pictures = [
            (shape.width, paper.part.related_parts[blip].image.width)
            for shape in paper.inline_shapes
            for blip in [shape._inline.graphic.graphicData.pic.blipFill.blip.embed]
        ]
    else:
        shapes = [shape for slide in Presentation(str(path)).slides for shape in slide.shapes]
        images = [shape for shape in shapes if shape.shape_type == 13]
        pictures = [(shape.width, Inches(shape.image.size[0] / 160)) for shape in images]
    return [9 * shown / drawn for shown, drawn in pictures]


@pytest.mark.parametrize("each", [("nl", "docx"), ("en", "pptx")])
def test_no_letter_of_a_picture_is_smaller_than_eight_points(written, each):
    found = letters(written[each])
    assert len(found) == {"docx": len(NAMES), "pptx": 3}[each[1]]
    assert min(found) >= 7.99


def test_nor_is_one_on_page_one_of_a_country_without_claims(shipped, tmp_path):
    (path,) = nl.briefing(partner="CN", year=2024, formats="docx", frame=shipped, out=tmp_path)
    assert min(letters(path)) >= 7.99


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("lang", langs_of("pdf"))
def test_no_word_of_the_pdf_is_smaller_than_eight_points(written, lang):
    told = subprocess.run(
        ["pdftotext", "-tsv", written[lang, "pdf"], "-"], capture_output=True, check=True
    )
    lines = told.stdout.decode().splitlines()
    words = [line.split("\t") for line in lines[1:] if "###" not in line]
    assert len(words) > 1000
    assert min(float(word[9]) for word in words) >= 7.99


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGS)
def test_no_letter_of_a_picture_on_the_page_is_smaller_than_eight_points(page, written, lang):
    page.goto(written[lang, "html"].as_uri())
    scales = """shapes => shapes.filter(one => one.clientWidth)
        .map(one => one.clientWidth / one.viewBox.baseVal.width)"""
    for width in (1440, 1152, 700, 360):
        page.set_viewport_size({"width": width, "height": 900})
        found = page.eval_on_selector_all("figure svg", scales)
        assert len(found) == len(NAMES)
        # pixels of a unit that letters have nine of; of a point are 4/3 pixels
        assert 9 * min(found) >= 8 * 96 / 72, width


def test_a_text_without_drawings_has_no_words_on_their_marks(written, contents):
    plain = " ".join(written["nl", "txt"].read_text(encoding="utf-8").split())
    marks = {figure.chart.marks for figure in contents["nl"].figures} - {""}
    assert "Open punten: een deel van het jaar." in marks
    assert not any(words in plain.partition("Bijlage")[0] for words in marks)
    assert "De twee manieren van tellen" in plain  # which is true of the numbers too


def texts_of(slides):
    return [shape for slide in slides for shape in slide.shapes if shape.has_text_frame]


def test_only_what_the_partner_reported_has_its_colour_on_a_slide(shipped):
    drawn = nl.charts.draw_sectors(shipped, other_side=nl.other_side("RU"))
    rows = [("RU", "goods", None), ("RU", "goods", 9.0), ("CBS", "goods", 5.0)]
    rows.append(("made up", "reported", 2.0))
    data = pd.DataFrame(rows, columns=["by", "kind", "value_meur"])
    data = data.assign(flow="export", name=["withheld", "one", "two", "three"])
    values = dict(zip(data["name"], ["withheld", 9.0, 5.0, 2.0], strict=True))
    series = replace(drawn.series[0], values=values)
    chart = replace(drawn, series=[series], data=data)

    assert native.is_native(chart)
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    plot = native.add_chart(slide, chart, (0, 0, 9_000_000, 5_000_000)).chart.plots[0]
    assert list(plot.categories) == ["one", "two", "three"]
    assert list(plot.series[0].values) == [9.0, 5.0, 2.0]
    own = {point.get("val") for point in plot.series[0]._element.findall("{*}dPt/{*}idx")}
    assert own == {"0"}, "neither CBS nor a publisher has the colour of the partner"


@pytest.mark.parametrize("width", [12, 8])
def test_lines_on_a_slide_label_few_years_in_the_usual_size_and_stop_at_a_new_method(
    shipped, width
):
    chart = nl.charts.draw_over_time(shipped, partner="RU", period=2012)
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[6])
    box = (0, 0, Inches(width), Inches(5))
    drawn = native.add_chart(slide, chart, box).chart

    axis = drawn.category_axis
    assert axis.tick_labels.font.size == Pt(14)
    assert axis.tick_labels.number_format == "yyyy"
    step = int(axis._element.find("{*}majorUnit").get("val"))
    since = date(1899, 12, 30)  # from which office files count days
    days = [since + timedelta(float(day)) for day in drawn.plots[0].categories]
    years = [day.year for day in days if day.month == 1]
    assert years == list(range(2002, 2026)), "a part-year is no point"
    assert len(years) / step * 0.7 <= width < len(years) / (step - 1) * 0.7

    gaps = [at for at, day in enumerate(days) if day.month != 1]
    assert [days[at + 1].year for at in gaps] == [2008, 2013, 2015, 2021]
    for series in drawn.plots[0].series:
        assert [series.values[at] for at in gaps] == [None] * len(gaps)
    imports = drawn.plots[0].series[0].values
    assert imports[days.index(date(2012, 1, 1))] == pytest.approx(20.332)


def test_the_workbook_has_numbers_as_numbers(written):
    book = workbook(written["en", "xlsx"])
    assert next(iter(book)) == "In brief"
    assert {20332.0, -13264.0} <= set(book["In brief"])
    (over_time,) = [cells for name, cells in book.items() if name.endswith(" over_time")]
    assert 20332.0 in over_time
    (verdicts,) = [cells for cells in book.values() if "At least" in cells]
    row = verdicts.index("ruim 20 miljard euro")
    assert verdicts[row + 4 : row + 8] == [20332.0, 20332.0, 20332.0, "€ million"]
    growth = verdicts.index("grew by 11 percent")
    value, least, most, unit = verdicts[growth + 4 : growth + 8]
    assert least < value < most
    assert (value, unit) == (pytest.approx(10.4, abs=0.05), "percent")
    assert "83028NED" in book["Sources"]


@pytest.mark.parametrize("lang", langs_of("pdf"))
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
    for sentence in contents["nl"].sections[0].blocks[1].items:
        assert " ".join(sentence.split()) in words


@pytest.mark.slow
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
    assert (tmp_path / "briefing-RU-2012.nl.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("lang", ["nl", slow("en")])
def test_writing_again_in_another_process_gives_the_same_bytes(written, tmp_path, lang):
    formats = QUICK[lang]
    command = [sys.executable, "-m", "nltrade", "briefing", "--lang", lang]
    command += ["--format", ",".join(formats), "--out", tmp_path]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    files = [tmp_path / f"briefing-RU-2012.{lang}.{format}" for format in formats]
    assert done.stdout.split()[-len(files) :] == list(map(str, files))
    for format, file in zip(formats, files, strict=True):
        assert file.read_bytes() == written[lang, format].read_bytes(), format


def test_nothing_in_an_office_file_tells_when_or_where_it_was_made(written):
    for lang, format in (("nl", "docx"), ("en", "pptx"), ("en", "xlsx")):
        with zipfile.ZipFile(written[lang, format]) as entries:
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
    ("partner", "year", "images"),
    [
        ("AF", 2020, 2),
        slow("Duitsland", 2019, 4),
        slow("US", 2005, 4),
    ],
)
def test_other_partners_have_a_briefing_without_verdicts_and_sectors(
    partner, year, images, tmp_path
):
    (path,) = nl.briefing(partner=partner, year=year, out=tmp_path)
    page = path.read_text(encoding="utf-8")
    assert_whole(page, 2 * images)
    assert ICONS["supported"] not in page
    assert "ClaimReview" not in page
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
    assert "a little over" in text
    assert "energy" in text
    (path,) = nl.briefing(
        partner="TR", year=2014, formats="txt", out=tmp_path, frame=shipped, claims={"own": claim}
    )
    assert "energy" not in path.read_text(encoding="utf-8")


def test_what_cannot_be_briefed_is_an_error_and_writes_nothing(shipped, tmp_path):
    with pytest.raises(nl.NoData, match=r"No rows with period 1990.*Here: 2002 to 2026"):
        nl.briefing(year=1990, out=tmp_path)
    with pytest.raises(nl.NoData, match=r"nothing on the trade with Croatia \(HR\)"):
        nl.briefing(
            partner="HR",
            out=tmp_path,
            frame=shipped[(shipped["period"] == "2012") & (shipped["kind"] == "goods")],
        )
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
    for module in ("word", "styles"):
        monkeypatch.delitem(sys.modules, f"nltrade.briefing.{module}", raising=False)
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


def test_a_folder_that_cannot_be_written_is_a_sentence(run, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = run("briefing", "--partner", "NO", "--format", "txt", "--out", tmp_path / "file")
    assert done.code == 3
    assert "Traceback" not in done.err
    assert "cannot write" in done.err


EVIL = [
    '<script>alert("x")</script>',
    '=HYPERLINK("http://127.0.0.1","x")',
    "$\\frac{1}{0}$ #set page(fill: red) *bold*",
    "+1+1",
]


def claim_saying(words):
    old = nl.claims()["imports-2012"]
    document = msgspec.structs.replace(old.document, title=words, address="javascript:alert(1)")
    return msgspec.structs.replace(
        old, id=words, wording=words, en=words, nl=words, document=document, also=[]
    )


def test_words_of_a_claim_stay_words_in_every_format(shipped, tmp_path):
    claims = {words: claim_saying(words) for words in EVIL}
    asked = {"frame": shipped, "claims": claims, "out": tmp_path}
    paths = {path.suffix: path for path in nl.briefing(formats=FORMATS, **asked)}

    page = paths[".html"].read_text(encoding="utf-8")
    assert_whole(page, page.count('class="wide"') * 2)
    assert "javascript:" not in page

    paper = Document(str(paths[".docx"]))
    assert "javascript" not in " ".join(each.target_ref for each in paper.part.rels.values())
    cells = "\n".join(cell.text for row in paper.tables[1].rows for cell in row.cells)
    shapes = [shape for slide in Presentation(str(paths[".pptx"])).slides for shape in slide.shapes]
    shown = [shape.text_frame.text for shape in shapes if shape.has_text_frame]
    shown += [cell.text for shape in shapes if shape.has_table for cell in shape.table.iter_cells()]
    plain = paths[".txt"].read_text(encoding="utf-8").replace("\n", " ")
    for words in EVIL:
        assert words in plain
        assert words in cells
        assert any(words in text for text in shown), words


@pytest.mark.parametrize("words", EVIL, ids=["markup", "formula", "typesetting", "sum"])
def test_words_of_a_claim_stay_words_in_a_figure_and_its_numbers(shipped, words):
    chart = nl.charts.draw_reported(nl.check_claims(shipped, [claim_saying(words)]))
    table = pd.read_csv(io.BytesIO(chart.image("csv")))
    assert not str(table["wording"].iloc[0]).startswith(("=", "+"))
    assert words.encode() not in chart.image("svg") or "<" not in words


def test_every_word_of_a_table_has_room(contents):
    for content in contents.values():
        tables = [b for section in content.sections for b in section.blocks if isinstance(b, Table)]
        assert len(tables) > 5
        for table in [each for each in tables if grid(each)[1]]:
            assert sum(widths(table, 110)) == pytest.approx(1)
            longest = [
                max(len(w) for cell in column for w in cell.split(" "))
                for column in zip(*grid(table)[1], strict=True)
            ]
            assert all(
                share * 110 >= word for share, word in zip(widths(table, 110), longest, strict=True)
            )


def test_the_same_content_is_in_every_format(contents):
    content = contents["en"]
    images = {chart.name: [chart.image("png", "column", framed=False)] for chart in content.charts}
    paper = Document(io.BytesIO(word.render(content, images)))
    page = html.render(content, dict.fromkeys(images, (b"<svg/>", b"<svg/>"))).decode()
    for chart in content.charts:
        assert any(chart.headline == paragraph.text for paragraph in paper.paragraphs)
        assert chart.headline in page.replace("&amp;", "&").replace("&#39;", "'")
        assert values_of(chart)


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_a_phone(page, written, lang, scheme):
    page.emulate_media(color_scheme=scheme)
    assert_accessible(page, written[lang, "html"])
    assert page.hosts == set()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#summary"
    page.set_viewport_size({"width": 360, "height": 800})
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    shown = "shapes => shapes.filter(one => one.offsetParent !== null).map(one => one.className)"
    assert set(page.eval_on_selector_all(".wide, .narrow", shown)) == {"narrow"}
    verdict = page.eval_on_selector("td.verdict", "one => one.getBoundingClientRect().right")
    assert 0 < verdict <= 360


@pytest.mark.browser
@pytest.mark.parametrize(
    ("partner", "year", "lang"),
    [("CN", 2024, "nl"), ("DE", 2019, "en"), ("VN", 2015, "nl"), ("KI", 2019, "en")],
)
def test_the_page_on_any_country_is_accessible(page, shipped, tmp_path, partner, year, lang):
    (file,) = nl.briefing(partner=partner, year=year, lang=lang, frame=shipped, out=tmp_path)
    assert_accessible(page, file)
    page.set_viewport_size({"width": 360, "height": 800})
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.browser
@pytest.mark.parametrize("lang", LANGS)
def test_page_one_is_one_screen(page, written, lang):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(written[lang, "html"].as_uri())
    end = page.eval_on_selector("section.summary", "one => one.getBoundingClientRect().bottom")
    assert end <= 900


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("lang", langs_of("pdf"))
def test_page_one_of_the_pdf_is_page_one(written, contents, lang):
    first = subprocess.run(
        ["pdftotext", "-l", "1", written[lang, "pdf"], "-"], capture_output=True, check=True
    ).stdout.decode()
    words = " ".join(first.split())
    content = contents[lang]
    assert " ".join(content.sections[0].blocks[3].chart.headline.split()) in words
    assert Words(lang).text("figure-number", number=1) in words
    assert content.sections[1].heading not in words


def test_numbers_stand_right_and_years_dates_and_words_left(contents):
    content = contents["nl"]
    by = {
        b.title: b for section in content.sections for b in section.blocks if isinstance(b, Table)
    }
    assert numeric(by["Gebruikte tabellen"]) == set()
    assert numeric(by[Words("nl").label("readings")]) == set()
    assert numeric(by[Words("nl").label("verdicts-title")]) == {3}
    assert numeric(
        table_of("", ["jaar", "aandeel"], [["2021", "36,3%"], ["2022", "niet gepubliceerd"]])
    ) == {1}
    assert numeric(table_of("", ["wie", "versie"], [["CBS", "2 oktober 2026"]])) == set()


@pytest.mark.parametrize("lang", LANGS)
def test_figures_of_the_annex_stand_before_its_texts(contents, lang):
    annex = [section for section in contents[lang].sections if section.part == "annex"]
    drawn = [any(isinstance(block, Figure) for block in section.blocks) for section in annex]
    assert drawn == [True] + [False] * (len(annex) - 1), "two a page, and text fills the next"


@pytest.mark.parametrize("lang", LANGS)
def test_tables_of_values_are_titled_without_words_on_the_drawing(contents, lang):
    charts = {chart.name: chart for chart in contents[lang].charts}
    for name, of_drawing in (("reported", ". "), ("two_sides", "; "), ("suppliers", "; ")):
        title, _, rest = charts[name].subtitle.partition(of_drawing)
        assert rest
        assert {table.title for table in values_of(charts[name])} == {title}
    over_time = charts["over_time"]
    assert {table.title for table in values_of(over_time)} == {over_time.subtitle}
