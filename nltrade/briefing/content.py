"""What the briefing on one partner and year says: page one, the pages behind it, the annex."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from nltrade import registry
from nltrade.briefing import annex
from nltrade.briefing.blocks import (
    Block,
    Content,
    Figure,
    Link,
    Points,
    Section,
    quote,
    table,
    verdict_mark,
)
from nltrade.briefing.facts import FLOWS, FUELS, Facts, facts_of
from nltrade.briefing.findings import MUCH, findings, other_concepts
from nltrade.briefing.keyfigures import key_figures
from nltrade.briefing.machine import linked_data
from nltrade.charts import Chart, draw
from nltrade.claims import Verdict
from nltrade.claims.reading import is_cbs
from nltrade.claims.summary import summary
from nltrade.errors import NoData
from nltrade.questions.trade import VALUE
from nltrade.registry.entries import Lang, Sector
from nltrade.sources import provenance, snapshot
from nltrade.sources.comtrade import OtherSide
from nltrade.words import Words

# The parts behind page one: the figures in each, and the finding that may be said with them.
PARTS = {
    "over-time-head": (["over_time", "two_sides"], "goods"),
    "traded-head": (["composition", "sectors"], "traded"),
    "place-section": (["ranking"], "place"),
    "services-head": (["services"], "services"),
}
TOPICS = {name: topic for names, topic in PARTS.values() for name in names}
# What stands in the annex, after the notes on the figures before it.
MORE = ("fuels", "sectors_over_time", "suppliers", "coverage")
OF_SECTORS = ("coverage", "sectors", "sectors_over_time")


def make_content(
    frame: pd.DataFrame,
    verdicts: list[Verdict],
    *,
    partner: str,
    year: int,
    lang: Lang,
    sectors: Mapping[str, Sector] | None = None,
    other_side: OtherSide | None = None,
) -> Content:
    """
    Put together what a briefing says.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy frame.
    verdicts : list of Verdict
        Checked claims about the partner and the year; without any the findings lead.
    partner : str
        ISO code of a country.
    year : int
        Year.
    lang : {"en", "nl"}
        Language.
    sectors : mapping of str to Sector, optional
        The sectors that a mission named; without, there is nothing on sectors.
    other_side : OtherSide, optional
        What the partner itself reported, as `nltrade.other_side` gives it.

    Returns
    -------
    Content

    Raises
    ------
    NoData
        CBS publishes nothing on the trade with the partner, in any year.
    """
    say = Words(lang)
    facts = facts_of(frame, partner, year)
    _require_trade(facts)

    given = {"sectors": sectors, "other_side": other_side}
    charts = _charts(frame, verdicts, facts, given, lang)
    frames = [frame, *([other_side.trade] if other_side else [])]
    origins = _origins(frames, facts, charts, verdicts)
    by_cbs = [origin for origin in origins if is_cbs(origin.table)]
    modified = max((origin.modified for origin in by_cbs), default="")
    return Content(
        name=f"briefing-{partner}-{year}",
        lang=lang,
        title=say.text("briefing-title", partner=partner, year=year),
        subtitle=(
            say.text("briefing-subtitle", modified=say.when(modified))
            if modified
            else say.label("own-frame")
        ),
        modified=modified,
        sections=_sections(facts, verdicts, charts, origins, other_side, say),
        verdicts=verdicts,
        facts=linked_data(verdicts, by_cbs, say),
        end=say.label("no-endorsement"),
    )


def _require_trade(facts: Facts) -> None:
    """Refuse a partner of which there is nothing in any year."""
    own = facts.cells[facts.cells["partner"] == facts.partner]
    if own[VALUE].isna().all():
        named = registry.partner(facts.partner).named()
        raise NoData(f"CBS publishes nothing on the trade with {named} ({facts.partner}).")


def _sections(
    facts: Facts,
    verdicts: Sequence[Verdict],
    charts: Mapping[str, Chart],
    origins: Sequence[snapshot.Origin],
    other_side: OtherSide | None,
    say: Words,
) -> list[Section]:
    """Put findings, verdicts and figures in order: the first figure on page one."""
    lead = [summary(verdicts, say.lang)] if verdicts else []
    told = findings(facts, say.lang)
    beside = {"reported": "".join(lead), **told}
    figures = {name: _figure(chart, beside, say) for name, chart in charts.items()}
    behind = {name: each for name, each in figures.items() if name not in MORE}
    first = behind.pop(next(iter(behind), ""), None)
    more = [figures[name] for name in MORE if name in figures]
    return [
        _summary(facts, [*lead, Points(list(told.values()))], first, say),
        *([_reported(verdicts, say)] if verdicts else []),
        *_body(behind, facts, say),
        *annex.sections(facts, verdicts, figures, more, origins, other_side, say),
    ]


def _charts(
    frame: pd.DataFrame,
    verdicts: list[Verdict],
    facts: Facts,
    given: Mapping[str, Any],
    lang: Lang,
) -> dict[str, Chart]:
    """Draw what there are data for, in the order of the document."""
    own = frame[frame["partner"].isin([facts.partner, "WORLD"])]
    about: dict[str, Any] = {"partner": facts.partner, "period": facts.year, "lang": lang}
    charts = {}
    for name in ["reported", *_worth_a_figure(facts)]:
        if name in OF_SECTORS and not given["sectors"]:
            continue
        cells = frame if name == "ranking" else own
        try:
            charts[name] = draw(name, cells, verdicts, **given, **about)
        except NoData:
            continue
    return charts


def _worth_a_figure(facts: Facts) -> list[str]:
    """Name the figures that say something: short where there is little."""
    worth = {
        "composition": any(facts.is_large(flow) for flow in FLOWS),
        "fuels": (facts.part("import", "import", FUELS) or 0) >= MUCH,
        "ranking": bool(facts.large_places),
        "services": any(facts.is_large(flow, facts.services) for flow in FLOWS),
    }
    names = [*TOPICS, *MORE]
    return [name for name in names if worth.get(name, True)]


def _figure(chart: Chart, told: Mapping[str, str], say: Words) -> Figure:
    """Put a figure beside the finding that goes with it, and the one line that names its source."""
    known = [id for id in chart.tables if id in registry.tables()]
    concepts = [registry.table(id).concept for id in known]
    names = dict.fromkeys(say.label(concept.partition(" (")[0]) for concept in concepts)
    sources = [say.text("source-brief", concepts=say.several(list(names)))] if names else []
    if not all(map(is_cbs, chart.tables)):
        sources.append(say.label("source-partner"))
    said = told.get(TOPICS.get(chart.name, chart.name), "")
    return Figure(chart, said, " ".join(sources))


def _origins(
    frames: Sequence[pd.DataFrame],
    facts: Facts,
    charts: Mapping[str, Chart],
    verdicts: Sequence[Verdict],
) -> list[snapshot.Origin]:
    """List the sources of what is drawn, judged and told, as the frame names them."""
    drawn = {table for chart in charts.values() for table in chart.tables}
    judged = {origin.table for verdict in verdicts for origin in verdict.sources}
    # Amounts too small for a figure are told all the same; that there is none is of a table too.
    asked = {facts.goods, facts.services}
    told = {
        table
        for table in asked
        if any(facts.amount(flow, table=table) is not None for flow in FLOWS)
    }
    used = drawn | judged | told or asked

    return [
        origin
        for frame in frames
        for origin in provenance.origins(frame[frame["table"].isin(used)])
    ]


def _summary(facts: Facts, told: Sequence[Block], figure: Figure | None, say: Words) -> Section:
    """Write page one: the verdict and the findings, the key figures and one figure."""
    key = key_figures(facts, say)
    blocks = [*told, *([key] if key else []), *([figure] if figure else [])]
    return Section("summary", say.label("summary-head"), blocks, "summary")


def _reported(verdicts: Sequence[Verdict], say: Words) -> Section:
    """Put each reported figure beside what CBS publishes, the verdict first."""
    heads = [say.label(id) for id in ("verdict", "asserts", "wording", "cbs")]
    rows = [
        [
            verdict_mark(one.verdict, say),
            one.claim.text(say.lang),
            quote(one.claim.wording, one.claim.document.lang, say),
            annex.cbs_says(one, say),
        ]
        for one in verdicts
    ]
    documents = {d.title: d for one in verdicts for d in [one.claim.document, *one.claim.also]}
    cited = [
        Link(f"{d.title} ({d.by(say.lang)}, {say.when(d.date)})", d.address or "")
        for d in documents.values()
    ]
    blocks: list[Block] = [
        table(say.label("verdicts-title"), heads, rows),
        say.label("documents-head"),
        Points(cited),
    ]
    return Section("reported", say.label("claims-title"), blocks)


def _body(figures: Mapping[str, Figure], facts: Facts, say: Words) -> list[Section]:
    """Write the parts behind page one that there is a figure for."""
    sections = []
    for part, (names, _) in PARTS.items():
        blocks: list[Block] = [figures[name] for name in names if name in figures]
        if not blocks:
            continue
        if part == "over-time-head":
            blocks += other_concepts(facts, say)
        sections.append(Section(part, say.label(part), blocks))
    return sections
