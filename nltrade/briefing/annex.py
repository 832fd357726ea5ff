"""The annex of a briefing: more figures, how sure places are, readings, values, sources."""

from collections.abc import Mapping, Sequence

from nltrade import registry
from nltrade.briefing.blocks import (
    Block,
    Figure,
    Heading,
    Link,
    Points,
    Section,
    table,
    values_of,
)
from nltrade.briefing.facts import Facts
from nltrade.briefing.machine import citation
from nltrade.claims import Verdict
from nltrade.claims.second_opinion import second_opinions
from nltrade.sources.comtrade import OtherSide
from nltrade.sources.snapshot import Origin
from nltrade.tables.claims import readings_table
from nltrade.words import Words

# The notes on what is counted, by their concepts.
CONCEPTS = [
    "border-crossing",
    "border-crossing-with-quasi-transit",
    "change-of-ownership",
    "balance-of-payments",
]
NOTES = ["valuation", "confidential", "eu-membership", "eu-of-2013-and-2020"]
HASH = 16  # characters of a hash that are shown


def sections(
    facts: Facts,
    verdicts: Sequence[Verdict],
    figures: Mapping[str, Figure],
    more: Sequence[Figure],
    origins: Sequence[Origin],
    other_side: OtherSide | None,
    say: Words,
) -> list[Section]:
    """
    Write the annex.

    Parameters
    ----------
    facts : Facts
        The numbers on the partner and year.
    verdicts : sequence of Verdict
        Checked claims.
    figures : mapping of str to Figure
        All figures of the document by name.
    more : sequence of Figure
        Those that stand here.
    origins : sequence of Origin
        Sources of all that is said.
    other_side : OtherSide, optional
        What the partner itself reported, to stand beside a verdict.
    say : Words
        Language.

    Returns
    -------
    list of Section
        Those that there is something to say in.
    """
    # figures first, two a page: behind them, text and tables fill each page
    parts: dict[str, list[Block]] = {
        "more-figures": list(more),
        "certainty": _places(facts, say),
        "why-each": _reasons(verdicts, other_side, say),
        "values": [
            each for figure in figures.values() for each in values_of(figure.chart, main=True)
        ],
        "about-figures": _about(figures, say),
        "concepts": _concepts(origins, say),
        "sources": _sources(origins, say),
        "citations": _citations(origins, say),
    }
    return [
        Section(id, say.label(f"{id}-head"), blocks, "annex")
        for id, blocks in parts.items()
        if blocks
    ]


def cbs_says(one: Verdict, say: Words) -> str:
    """Say what CBS publishes on a claim; an amount in billions, as in the whole document."""
    told = [reading for reading in one.readings if reading.value is not None]
    if one.claim.measure != "value" or not told or any(reading.open for reading in told):
        return one.says(say.lang)

    said = {
        registry.table(reading.tables[0]).concept: say.bn(reading.value or 0.0) for reading in told
    }
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{amount} ({say.label(concept)})" for concept, amount in said.items())


def _places(facts: Facts, say: Words) -> list[Block]:
    """Give each place with the best and the worst that is possible, where any is not certain."""
    if all(placed.certain for placed in facts.places.values()):
        return []

    rows = []
    for flow, placed in facts.places.items():
        ends = [
            say.place(end) if end else say.label("not-bounded")
            for end in (placed.best, placed.worst)
        ]
        rows.append([say.label(flow), say.bn(placed.value_meur), say.place(placed.place), *ends])
    heads = [
        say.label(id) for id in ("key-head", "amount-head", "place-head", "best-head", "worst-head")
    ]
    title = say.text(
        "certainty-title", partner=facts.partner, where=facts.where, year=facts.when(say.lang)
    )
    return [table(title, heads, rows), say.note("rank-certainty")]


def _reasons(verdicts: Sequence[Verdict], other_side: OtherSide | None, say: Words) -> list[Block]:
    """Say of each claim why, what the partner reported, and all readings of a place."""
    blocks: list[Block] = []
    for one in verdicts:
        blocks.append(Heading(f"{one.claim.text(say.lang)}: {say.label(one.verdict)}"))
        opinions = second_opinions([one], other_side) if other_side else []
        blocks.append(Points([*one.why(say.lang), *(each.says(say.lang) for each in opinions)]))
        if one.claim.measure == "place":
            blocks.append(readings_table(one, say.lang, say.label("readings")))
    return blocks


def _about(figures: Mapping[str, Figure], say: Words) -> list[Block]:
    """Give the notes and the source of each figure."""
    lines = []
    for number, figure in enumerate(figures.values(), start=1):
        notes = [*figure.chart.notes, *figure.chart.footer]
        told = " ".join(dict.fromkeys(line for line in notes if line))
        lines.append(f"{say.text('figure-number', number=number)}. {told}")
    return [Points(lines)] if lines else []


def _concepts(origins: Sequence[Origin], say: Words) -> list[Block]:
    """Say what the numbers mean: the concepts of the tables, and where their method changed."""
    tables = [registry.table(origin.table) for origin in origins]
    used = {each.note for each in tables}
    lines = [say.note(id) for id in [*(id for id in CONCEPTS if id in used), *NOTES]]
    breaks = [
        say.text(
            "break-in", table=each.id, before=gap.before, after=gap.after, note=say.note(gap.note)
        )
        for each in tables
        for gap in each.breaks
    ]
    where: list[Block] = [say.label("breaks-head"), Points(breaks)] if breaks else []
    return [Points(lines), *where]


def _sources(origins: Sequence[Origin], say: Words) -> list[Block]:
    if not origins:
        return [say.label("own-frame")]

    heads = [say.label("table"), say.label("title-head"), say.start("modified")]
    rows = [
        [
            origin.table,
            registry.table(origin.table).text(say.lang),
            say.when(origin.modified),
            origin.sha256[:HASH],
        ]
        for origin in origins
    ]
    return [table(say.label("sources-caption"), [*heads, say.label("hash-head")], rows)]


def _citations(origins: Sequence[Origin], say: Words) -> list[Block]:
    """Cite the sources as their publisher asks, with the licence."""
    if not origins:
        return []

    blocks: list[Block] = [
        Points([Link(citation(origin, say), origin.link) for origin in origins]),
        say.label("licence-line"),
    ]
    if any(o.request is None and o.licence.startswith("CC") for o in origins):
        blocks.append(say.label("via-copy"))
    return [*blocks, say.label("made-with")]
