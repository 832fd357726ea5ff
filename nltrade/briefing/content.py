"""What the briefing on one partner and year says, whatever its format: findings, verdicts, figures, notes, sources."""

from collections.abc import Mapping, Sequence

import pandas as pd

from nltrade import registry
from nltrade.briefing.blocks import Block, Content, Figure, Heading, Link, Points, Section, Table
from nltrade.briefing.findings import findings
from nltrade.charts import Chart, draw
from nltrade.claims import Verdict, verdict_table
from nltrade.errors import NoData
from nltrade.registry.entries import Lang, Sector
from nltrade.sources import snapshot
from nltrade.sources.snapshot import Origin
from nltrade.tables.claims import readings_table
from nltrade.version import __version__
from nltrade.words import Words

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
    say = Words(lang)
    names = [
        name for part, names in PARTS.items() if sectors or part != "sectors-head" for name in names
    ]
    charts: dict[str, Chart] = {}
    own = frame[frame["partner"].isin([partner, "WORLD"])]
    for name in ["reported", *names]:
        try:
            cells = frame if name == "ranking" else own
            charts[name] = draw(
                name, cells, verdicts, partner=partner, period=year, lang=lang, sectors=sectors
            )
        except NoData:
            continue
    if not set(charts) - {"coverage"}:
        raise NoData(
            f"CBS publishes nothing on the trade with {registry.partner(partner).named()} ({partner})."
        )
    told = findings(own, charts, partner=partner, year=str(year), lang=lang)
    sections = [Section("findings", say.label("findings-head"), [Points(told)])]
    if verdicts:
        sections.append(_reported(verdicts, charts, say))
    for part, members in PARTS.items():
        blocks = [Figure(charts[name]) for name in members if name in charts]
        if blocks:
            sections.append(Section(part, say.label(part), blocks))
    tables = {
        table
        for chart in charts.values()
        for both in chart.data.get("table", [])
        for table in both.split(" + ")
    }
    used = tables | {origin.table for verdict in verdicts for origin in verdict.sources}
    origins = snapshot.origins(frame[frame["table"].isin(used)])
    sections.append(
        Section(
            "notes",
            say.label("concepts-head"),
            [Points([say.note(id) for id in NOTES])],
        )
    )
    sections.append(_sources(origins, say))
    modified = max((origin.modified for origin in origins), default="")
    title = "briefing-title" if verdicts else "briefing-title-plain"
    return Content(
        name=f"briefing-{partner}-{year}",
        lang=lang,
        title=say.text(title, partner=partner, year=year),
        subtitle=say.text("briefing-subtitle", modified=modified, version=__version__),
        modified=modified,
        sections=sections,
        end=say.label("no-endorsement"),
    )


def _reported(verdicts: list[Verdict], charts: Mapping[str, Chart], say: Words) -> Section:
    """Put what was reported next to what CBS says: a table, the figure, and why for each claim, with all readings."""
    listed = verdict_table(verdicts, say.lang)
    blocks: list[Block] = [
        Table(
            say.label("verdicts-caption"),
            list(listed.columns),
            listed.to_numpy().tolist(),
        )
    ]
    documents = {d.title: d for v in verdicts for d in [v.claim.document, *v.claim.also]}
    cited = [
        Link(f"{d.title} ({d.publisher}, {say.when(d.date)})", d.address or "")
        for d in documents.values()
    ]
    blocks += [say.label("documents-head"), Points(cited)]
    if "reported" in charts:
        blocks.append(Figure(charts["reported"]))
    for verdict in verdicts:
        blocks += [
            Heading(f"{verdict.claim.text(say.lang)}: {say.label(verdict.verdict)}"),
            Points(verdict.why(say.lang)),
        ]
        if verdict.claim.measure == "place":
            blocks.append(_readings(verdict, say))
    return Section("reported", say.label("reported-and-cbs"), blocks)


def _readings(verdict: Verdict, say: Words) -> Table:
    found = readings_table(verdict, say.lang)
    assert found.frame is not None
    return Table(found.title, list(found.frame.columns), found.frame.to_numpy().tolist())


def _sources(origins: Sequence[Origin], say: Words) -> Section:
    ids = ("table", "title-head", "modified-head", "retrieved-head", "hash-head")
    rows = [
        [
            o.table,
            registry.table(o.table).text(say.lang),
            o.modified,
            say.when(o.retrieved),
            o.sha256[:16],
        ]
        for o in origins
    ]
    blocks: list[Block] = [
        Table(say.label("sources-caption"), [say.label(id) for id in ids], rows),
        say.label("licence-line"),
    ]
    if any(origin.request is None for origin in origins):
        blocks.append(say.label("via-copy"))
    return Section("sources", say.label("sources"), blocks)
