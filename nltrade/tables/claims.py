"""Verdicts, and what else was checked, as tables for readers."""

from collections.abc import Iterable, Sequence

import msgspec
import narwhals as nw
import pandas as pd

from nltrade import registry
from nltrade.claims import verdict_table
from nltrade.claims.base_of_trade import Base
from nltrade.claims.elsewhere import Checked
from nltrade.claims.reading import place_range
from nltrade.claims.verdict import Verdict
from nltrade.registry.entries import Lang
from nltrade.report import Report, Table
from nltrade.tables.cells import origin_lines, tidy
from nltrade.words import Words

COLOURS = {"supported": "green", "contradicted": "red"}


def verdicts(listed: Sequence[Verdict], lang: Lang) -> Report:
    """Present verdicts as one table."""
    say = Words(lang)
    title = say.label("verdicts-title")
    block = Table(
        title,
        verdict_table(listed, lang),
        colours=[COLOURS.get(v.verdict, "yellow") for v in listed],
    )
    return Report([block], _sources(listed, lang), lang)


def verdict(one: Verdict, lang: Lang) -> Report:
    """Present one verdict with its reasons and the cells it rests on or, for a place, its readings."""
    say = Words(lang)
    heads = verdict_table([one], lang).drop(columns=say.label("asserts"))
    blocks = [Table(one.claim.text(lang), heads), *reasons(one, lang, say.label("why"))]
    if one.claim.measure != "place" and (
        cells := [cell for reading in one.readings for cell in reading.cells]
    ):
        blocks += tidy(nw.from_native(pd.DataFrame(msgspec.to_builtins(cells))), lang).blocks
    return Report(blocks, _sources([one], lang), lang)


def in_full(listed: Sequence[Verdict], lang: Lang) -> Report:
    """Present verdicts as one table, and then each with its reasons and readings."""
    say = Words(lang)
    blocks = list(verdicts(listed, lang).blocks)
    for one in listed:
        blocks += reasons(one, lang, f"{one.claim.text(lang)}: {say.label(one.verdict)}")
    return Report(blocks, _sources(listed, lang), lang)


def reasons(one: Verdict, lang: Lang, title: str) -> list[Table]:
    """Give the reasons of a verdict and, for a place, a table of its readings."""
    say = Words(lang)
    blocks = [Table(title, remarks=one.why(lang))]
    if one.claim.measure == "place":
        heads = [say.label(id) for id in ("reading", "eu", "place-head", "first-five")]
        rows = []
        for reading in one.readings:
            members = str(one.claim.year) if reading.of_the_time else say.label("today")
            own = reading.place
            place = f"{own.place} ({place_range(own, lang)})" if own else say.label("not published")
            first = [
                f"{p.place}. {say.partner(p.partner)} {say.number(p.value_meur)}"
                + ("" if p.certain else f" ({p.best or '?'}-{p.worst or '?'})")
                for p in reading.first
            ]
            rows.append((reading.label(lang, one.in_several), members, place, "; ".join(first)))
        blocks.append(Table("", pd.DataFrame(rows, columns=heads), [say.label("first-five-note")]))
    return blocks


def bases(listed: Sequence[Base], lang: Lang) -> Report:
    """Present for each sector that is called a base of the trade whether it is."""
    say = Words(lang)
    heads = [say.label(id) for id in ("sector", "flow", "kind", "verdict", "why")]
    rows = [
        (
            one.sector.text(lang),
            say.label(one.flow),
            say.label(one.kind),
            say.label(one.verdict),
            one.why(lang),
        )
        for one in listed
    ]
    table = pd.DataFrame(rows, columns=heads)
    return Report([Table(say.label("base-title"), table)], [], lang)


def published(listed: Sequence[Checked], lang: Lang) -> Report:
    """Present figures that others published, by whom, and what CBS says today."""
    say = Words(lang)
    heads = [
        "product",
        "partner",
        "flow",
        "period",
        "reported-value",
        "publisher",
        "verdict",
        "why",
    ]
    rows = []
    for one in listed:
        figure = one.figure
        via = f" ({figure.via})" if figure.via != figure.publisher else ""
        rows.append(
            (
                figure.text(lang),
                registry.partner(figure.partner).name(lang),
                say.label(figure.flow),
                figure.period,
                say.number(figure.value_meur, int(figure.value_meur % 1 > 0)),
                f"{figure.publisher}{via}",
                say.label(one.verdict),
                f"{one.why(lang)}. {figure.remark(lang)}".strip(),
            )
        )
    table = pd.DataFrame(rows, columns=[say.label(head) for head in heads])
    addresses = dict.fromkeys(f"{one.figure.publisher}: {one.figure.address}" for one in listed)
    origins = {(o.table, o.modified, o.sha256): o for one in listed for o in one.sources}
    block = Table(
        say.label("published-title"),
        table,
        numbers=[say.label("reported-value")],
    )
    return Report([block], [*origin_lines(origins.values(), lang), *addresses], lang)


def _sources(listed: Iterable[Verdict], lang: Lang) -> list[str]:
    found = {(o.table, o.modified, o.sha256): o for one in listed for o in one.sources}
    return origin_lines(found.values(), lang)
