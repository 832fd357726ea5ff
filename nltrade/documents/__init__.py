"""Documents to hand on: the briefing, verdicts, figures and sources on one page that opens anywhere."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nltrade import registry, trade, wording
from nltrade.cbs import snapshot
from nltrade.cbs.tidy import load
from nltrade.charts import NAMES, Chart, draw
from nltrade.errors import NoData
from nltrade.files import write
from nltrade.registry import reported
from nltrade.registry.entries import Claim, Lang
from nltrade.verdicts import Verdict, check_claims
from nltrade.verdicts.reading import place_range

NOTES = [
    "border-crossing",
    "change-of-ownership",
    "balance-of-payments",
    "valuation",
    "confidential",
    "eu-membership",
    "rank-certainty",
]


def briefing(
    *,
    partner: str = "RU",
    year: int = 2012,
    lang: Lang = "en",
    out: Path | str = "figures",
    frame: pd.DataFrame | None = None,
    claims: Mapping[str, Claim] | None = None,
) -> Path:
    """
    Write a briefing on the trade with a partner: findings, verdicts, figures, notes, sources.

    Parameters
    ----------
    partner : str
        ISO code, slug or name.
    year : int
        Year that the claims, the ranking and the composition are about.
    lang : {"en", "nl"}
        Language.
    out : path
        Folder for the page; made if it does not exist.
    frame : pandas.DataFrame, optional
        Tidy frame; the shipped figures by default.
    claims : mapping of str to Claim, optional
        Reported figures, such as ``nltrade.claims("mine.toml")``; the shipped ones by default. Those about the partner
        and the year are checked.

    Returns
    -------
    pathlib.Path
        ``briefing.html`` in English, ``briefing.nl.html`` in Dutch. Images are inside; it needs no network.

    Raises
    ------
    UnknownName
        No such partner.
    NoData
        No table covers the year, or CBS publishes nothing on the trade with the partner.
    """
    cells = load() if frame is None else frame
    about, year = registry.country(partner), int(year)
    verdicts = check_claims(cells, reported.claims_about(about.id, year, claims))
    trade.select(cells, kind="goods", period=year)  # a year that no table covers is an error, not an empty page
    charts = draw_all(cells, verdicts, partner=about.id, year=year, lang=lang)
    if not charts:
        raise NoData(f"CBS publishes nothing on the trade in goods with {about.name()} ({about.id}).")
    name = "briefing.html" if lang == "en" else f"briefing.{lang}.html"
    return write(Path(out) / name, page(verdicts, charts, partner=about.id, year=year, lang=lang).encode("utf-8"))


def draw_all(frame: pd.DataFrame, verdicts: list[Verdict], *, partner: str, year: int, lang: Lang) -> list[Chart]:
    """
    Draw every figure that there are figures for.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    verdicts : list of Verdict
        Checked claims.
    partner : str
        ISO code.
    year : int
        Year.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    list of Chart
        In the order of `nltrade.charts.NAMES`, without those that CBS publishes nothing for.
    """
    charts = []
    for name in NAMES:
        if name == "coverage" and not verdicts:
            continue  # what classes say of the sectors a mission named belongs to the mission, not to every partner
        try:
            charts.append(draw(name, frame, verdicts, partner=partner, period=year, lang=lang))
        except NoData:
            continue
    return charts


def page(verdicts: list[Verdict], charts: list[Chart], *, partner: str, year: int, lang: Lang) -> str:
    """
    Fill in the page.

    Parameters
    ----------
    verdicts : list of Verdict
        Checked claims; none is a page without verdicts.
    charts : list of Chart
        Figures, in the order of the page.
    partner : str
        ISO code.
    year : int
        Year.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    str
        HTML, every text escaped.
    """
    folder = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    tables = {table for chart in charts for both in chart.data.get("table", []) for table in both.split(" + ")}
    tables |= {origin.table for v in verdicts for origin in v.sources}
    return environment.get_template("page.html.j2").render(
        lang=lang,
        title=wording.text("briefing-title" if verdicts else "briefing-title-plain", lang, partner=partner, year=year),
        partner=partner,
        year=year,
        t=lambda id, **values: wording.text(id, lang, **values),
        label=lambda id: wording.label(id, lang),
        when=lambda day: wording.when(day, lang),
        verdicts=verdicts,
        place_range=lambda placed: place_range(placed, lang),
        bn=lambda value: wording.bn(value, lang),
        partner_name=lambda id: wording.partner(id, lang),
        year_published=any(chart.name == "ranking" for chart in charts),
        charts=[(chart, b64encode(chart.image("svg")).decode("ascii")) for chart in charts],
        notes=[wording.note(id, lang) for id in NOTES],
        origins=snapshot.origins(tables),
        table_title=lambda id: registry.table(id).text(lang),
    )
