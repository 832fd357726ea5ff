"""What the briefing on one partner and year says, whatever its format: findings, verdicts, figures, notes, sources."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nltrade import __version__, registry, wording
from nltrade.cbs import snapshot
from nltrade.cbs.snapshot import Origin
from nltrade.charts import Chart, draw
from nltrade.documents.blocks import Block, Content, Figure, Heading, Link, Points, Section, Table
from nltrade.documents.findings import findings
from nltrade.errors import NoData
from nltrade.registry.entries import Lang, Sector
from nltrade.verdicts import Verdict, verdict_table
from nltrade.verdicts.reading import place_range

# Heading of each part with figures, and the figures in it.
PARTS = {
    "over-time-head": ["over_time"],
    "place-section": ["ranking"],
    "traded-head": ["composition", "fuels"],
    "sectors-head": ["coverage", "sectors", "sectors_over_time"],
    "services-head": ["services"],
}
NOTES = [
    "border-crossing",
    "change-of-ownership",
    "balance-of-payments",
    "valuation",
    "confidential",
    "eu-membership",
    "rank-certainty",
]


def make_content(
    frame: pd.DataFrame,
    verdicts: list[Verdict],
    *,
    partner: str,
    year: int,
    lang: Lang,
    sectors: Mapping[str, Sector] | None = None,
) -> Content:
    """
    Put together what a briefing says.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    verdicts : list of Verdict
        Checked claims about the partner and the year; without any there is no part on what was reported.
    partner : str
        ISO code of a country.
    year : int
        Year.
    lang : {"en", "nl"}
        Language.
    sectors : mapping of str to Sector, optional
        The sectors that a mission named; without, there is no part on sectors.

    Returns
    -------
    Content

    Raises
    ------
    NoData
        CBS publishes nothing on the trade with the partner, in any year.
    """
    names = [name for part, names in PARTS.items() if sectors or part != "sectors-head" for name in names]
    charts: dict[str, Chart] = {}
    own = frame[frame["partner"].isin([partner, "WORLD"])]
    for name in ["reported", *names]:
        try:
            cells = frame if name == "ranking" else own
            charts[name] = draw(name, cells, verdicts, partner=partner, period=year, lang=lang, sectors=sectors)
        except NoData:
            continue
    if not set(charts) - {"coverage"}:
        raise NoData(f"CBS publishes nothing on the trade with {registry.partner(partner).named()} ({partner}).")
    told = findings(own, charts, partner=partner, year=str(year), lang=lang)
    sections = [Section("findings", wording.label("findings-head", lang), [Points(told)])]
    if verdicts:
        sections.append(_reported(verdicts, charts, lang))
    for part, members in PARTS.items():
        blocks = [Figure(charts[name]) for name in members if name in charts]
        if blocks:
            sections.append(Section(part, wording.label(part, lang), blocks))
    tables = {table for chart in charts.values() for both in chart.data.get("table", []) for table in both.split(" + ")}
    origins = snapshot.origins(tables | {origin.table for v in verdicts for origin in v.sources})
    sections.append(
        Section("notes", wording.label("concepts-head", lang), [Points([wording.note(id, lang) for id in NOTES])])
    )
    sections.append(_sources(origins, lang))
    modified = max((origin.modified for origin in origins), default="")
    title = "briefing-title" if verdicts else "briefing-title-plain"
    return Content(
        name=f"briefing-{partner}-{year}",
        lang=lang,
        title=wording.text(title, lang, partner=partner, year=year),
        subtitle=wording.text("briefing-subtitle", lang, modified=modified, version=__version__),
        modified=modified,
        sections=sections,
        end=wording.label("no-endorsement", lang),
    )


def _reported(verdicts: list[Verdict], charts: Mapping[str, Chart], lang: Lang) -> Section:
    """Put what was reported next to what CBS says: a table, the figure, and why for each claim, with all readings."""
    listed = verdict_table(verdicts, lang)
    blocks: list[Block] = [
        Table(wording.label("verdicts-caption", lang), list(listed.columns), listed.to_numpy().tolist())
    ]
    documents = {d.title: d for v in verdicts for d in [v.claim.document, *v.claim.also]}
    cited = [
        Link(f"{d.title} ({d.publisher}, {wording.when(d.date, lang)})", d.address or "") for d in documents.values()
    ]
    blocks += [wording.label("documents-head", lang), Points(cited)]
    if "reported" in charts:
        blocks.append(Figure(charts["reported"]))
    for verdict in verdicts:
        blocks += [
            Heading(f"{verdict.claim.text(lang)}: {wording.label(verdict.verdict, lang)}"),
            Points(verdict.why(lang)),
        ]
        if verdict.claim.measure == "place":
            blocks.append(_readings(verdict, lang))
    return Section("reported", wording.label("reported-and-cbs", lang), blocks)


def _readings(verdict: Verdict, lang: Lang) -> Table:
    rows = []
    for reading in verdict.readings:
        members = str(verdict.claim.year) if reading.of_the_time else wording.label("today", lang)
        own = reading.place
        place = f"{own.place} ({place_range(own, lang)})" if own else wording.label("not published", lang)
        first = [
            f"{p.place}. {wording.partner(p.partner, lang)} {wording.bn(p.value_meur, lang)} ({place_range(p, lang)})"
            for p in reading.first
        ]
        rows.append([reading.label(lang, verdict.in_several), members, place, "; ".join(first)])
    heads = [wording.label(id, lang) for id in ("reading", "eu", "place-head", "first-five")]
    return Table(wording.label("readings", lang), heads, rows)


def _sources(origins: Sequence[Origin], lang: Lang) -> Section:
    ids = ("table", "title-head", "modified-head", "retrieved-head", "hash-head")
    rows = [
        [o.table, registry.table(o.table).text(lang), o.modified, wording.when(o.retrieved, lang), o.sha256[:16]]
        for o in origins
    ]
    blocks: list[Block] = [
        Table(wording.label("sources-caption", lang), [wording.label(id, lang) for id in ids], rows),
        wording.label("licence-line", lang),
    ]
    if any(origin.request is None for origin in origins):
        blocks.append(wording.label("via-copy", lang))
    return Section("sources", wording.label("sources", lang), blocks)
