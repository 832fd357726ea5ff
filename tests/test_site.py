"""The site, as `make site` builds it: pages open without a network, links lead somewhere."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest

import nltrade as nl
from accessible import assert_accessible
from conftest import ROOT

pytestmark = pytest.mark.browser

SOURCES = [
    "README.md",
    "CHANGELOG.md",
    *(f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site: the one that NLTRADE_SITE names, or else one that is built now."""
    if built := os.environ.get("NLTRADE_SITE"):
        return Path(built).resolve()
    folder = tmp_path_factory.mktemp("built") / "site"
    env = os.environ | {"NLTRADE_DATA": str(folder / "none")}
    (recipe,) = re.findall(
        r"sphinx-build (.*) site$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE
    )
    command = [sys.executable, "-m", "sphinx", *recipe.split(), str(folder)]
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return folder


def pages(site):
    """List the pages; the briefings among them are held to the same by tests of their own."""
    aside = {"_static", "briefings"}
    return sorted(path for path in site.rglob("*.html") if not aside & set(path.parts))


@cache
def parsed(path):
    return lxml.html.parse(path).getroot()


def addresses(site):
    """Every address in every page and briefing: of links, images, scripts, styles."""
    for path in [*pages(site), *sorted((site / "briefings").glob("*.html"))]:
        for _, attribute, address, _ in parsed(path).iterlinks():
            yield path, attribute, address


def test_everything_is_there(site):
    for source in SOURCES + [str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")]:
        assert (site / source).with_suffix(".html").is_file()
    reference = parsed(site / "docs" / "reference.html")
    assert {f"nltrade.{name}" for name in nl.__all__} - {
        "nltrade.charts",
        "nltrade.__version__",
    } <= set(reference.xpath("//dt/@id"))
    charts = parsed(site / "docs" / "api" / "charts.html")
    assert {f"nltrade.charts.draw_{name}" for name in nl.charts.NAMES} <= set(
        charts.xpath("//dt/@id")
    )


def test_the_notebooks_were_run(site):
    for path in (site / "notebooks").glob("*.html"):
        assert parsed(path).xpath("//div[contains(@class, 'cell_output')]//img")


def test_links_within_the_site_lead_somewhere(site):
    dead = []
    for path, _, address in addresses(site):
        parts = urlsplit(address)
        if not parts.scheme:
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            found = target.is_file() and target.is_relative_to(site)
            if found and parts.fragment and target.suffix == ".html":
                found = bool(parsed(target).xpath("//*[@id=$id]", id=unquote(parts.fragment)))
            if not found:
                dead.append(f"{path.relative_to(site)}: {address}")
    assert dead == []


def test_links_to_elsewhere_are_well_formed(site):
    elsewhere = {
        (attribute, address)
        for _, attribute, address in addresses(site)
        if urlsplit(address).scheme
    }
    links = {address for attribute, address in elsewhere if attribute == "href"}
    assert links
    assert all(re.fullmatch(r"https?://[\w-]+(\.[\w-]+)+(/\S*)?", link) for link in links), links
    assert all(
        address.startswith("data:") for attribute, address in elsewhere if attribute != "href"
    )


def test_pages_open_without_a_network_and_for_everyone(page, site):
    for path in pages(site):
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
        for image in page.locator("img").all():
            assert image.evaluate("it => it.complete && it.naturalWidth") > 0, path
            assert len(image.get_attribute("alt") or "") > 20, path
        assert_accessible(page)
    assert page.hosts == set()


def test_a_page_that_shuts_people_out_is_noticed(page, tmp_path):
    (tmp_path / "page.html").write_text(
        '<!doctype html><title>Without words</title><img src="data:,">'
    )
    with pytest.raises(AssertionError, match="image-alt"):
        assert_accessible(page, tmp_path / "page.html")


def test_the_home_page_answers_first_and_hands_out_the_briefing(page, site):
    page.goto((site / "index.html").as_uri())
    assert page.locator("h1").inner_text().endswith("did the reported figures hold?")
    assert page.locator(".lead").inner_text().startswith("Seven of the eight")
    assert page.locator(".cards li").count() == 8
    assert page.locator(".cards .card-contradicted").count() == 1
    downloads = [each.get_attribute("href") for each in page.locator("a.download").all()]
    assert len(downloads) == 10
    assert all((site / address).stat().st_size > 5_000 for address in downloads)
    assert page.locator(".countries li").count() == 10
    assert page.locator("picture.figure").count() == 3


def test_on_a_phone_no_page_is_wider_than_the_screen_and_figures_are_drawn_for_it(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    for path in pages(site):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.goto((site / "index.html").as_uri())
    for image in page.locator("picture.figure img").all():
        drawn, shown = image.evaluate("it => [it.naturalWidth, it.clientWidth]")
        assert shown <= 390
        assert drawn < 1000, "the drawing for a page is twice as wide"


def test_the_site_is_light(site):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 10e6


def test_the_code_of_the_notebooks_is_folded(site):
    for path in (site / "notebooks").glob("*.html"):
        cells = parsed(path).xpath("//div[contains(@class, 'cell_input')]")
        assert cells
        assert all(cell.xpath("ancestor::details") for cell in cells)


def test_the_search_finds_a_function(page, site):
    page.goto((site / "search.html").as_uri() + "?q=rank_partners")
    assert page.locator("#search-results li").first.inner_text()
