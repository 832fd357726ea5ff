"""Verdicts, and what else was checked, as tables for readers."""

from collections.abc import Iterable, Sequence

import msgspec
import narwhals as nw
import pandas as pd

from nltrade import registry, wording
from nltrade.presentation.figures import source_lines, tidy
from nltrade.printed import Block, Printed
from nltrade.registry.entries import Lang
from nltrade.verdicts import verdict_table
from nltrade.verdicts.base import Base
from nltrade.verdicts.published import Checked
from nltrade.verdicts.reading import Verdict, place_range

COLOURS = {"supported": "green", "contradicted": "red"}


def verdicts(listed: Sequence[Verdict], lang: Lang) -> Printed:
    """Present verdicts as one table."""
    title = wording.label("verdicts-title", lang)
    block = Block(title, verdict_table(listed, lang), colours=[COLOURS.get(v.verdict, "yellow") for v in listed])
    return Printed([block], _sources(listed, lang), lang)


def verdict(one: Verdict, lang: Lang) -> Printed:
    """Present one verdict with its reasons and the cells it rests on or, for a place, its readings."""
    heads = verdict_table([one], lang).drop(columns=wording.label("asserts", lang))
    blocks = [Block(one.claim.text(lang), heads), *reasons(one, lang, wording.label("why", lang))]
    if one.claim.measure != "place" and (cells := [cell for reading in one.readings for cell in reading.cells]):
        blocks += tidy(nw.from_native(pd.DataFrame(msgspec.to_builtins(cells))), lang).blocks
    return Printed(blocks, _sources([one], lang), lang)


def in_full(listed: Sequence[Verdict], lang: Lang) -> Printed:
    """Present verdicts as one table, and then each with its reasons and readings."""
    blocks = list(verdicts(listed, lang).blocks)
    for one in listed:
        blocks += reasons(one, lang, f"{one.claim.text(lang)}: {wording.label(one.verdict, lang)}")
    return Printed(blocks, _sources(listed, lang), lang)


def reasons(one: Verdict, lang: Lang, title: str) -> list[Block]:
    """Give the reasons of a verdict and, for a place, a table of its readings."""
    blocks = [Block(title, remarks=one.why(lang))]
    if one.claim.measure == "place":
        heads = [wording.label(id, lang) for id in ("reading", "eu", "place-head", "first-five")]
        rows = []
        for reading in one.readings:
            members = str(one.claim.year) if reading.of_the_time else wording.label("today", lang)
            own = reading.place
            place = f"{own.place} ({place_range(own, lang)})" if own else wording.label("not published", lang)
            first = [
                f"{p.place}. {wording.partner(p.partner, lang)} {wording.number(p.value_meur, lang)}"
                + ("" if p.certain else f" ({p.best or '?'}-{p.worst or '?'})")
                for p in reading.first
            ]
            rows.append((reading.label(lang, one.in_several), members, place, "; ".join(first)))
        blocks.append(Block("", pd.DataFrame(rows, columns=heads), [wording.label("first-five-note", lang)]))
    return blocks


def bases(listed: Sequence[Base], lang: Lang) -> Printed:
    """Present for each sector that is called a base of the trade whether it is."""
    heads = [wording.label(id, lang) for id in ("sector", "flow", "kind", "verdict", "why")]
    rows = [
        (
            one.sector.text(lang),
            wording.label(one.flow, lang),
            wording.label(one.kind, lang),
            wording.label(one.verdict, lang),
            one.why(lang),
        )
        for one in listed
    ]
    table = pd.DataFrame(rows, columns=heads)
    return Printed([Block(wording.label("base-title", lang), table)], [], lang)


def published(listed: Sequence[Checked], lang: Lang) -> Printed:
    """Present figures that others published, by whom, and what CBS says today."""
    heads = ["product", "partner", "flow", "period", "reported-value", "publisher", "verdict", "why"]
    rows = []
    for one in listed:
        figure = one.figure
        via = f" ({figure.via})" if figure.via != figure.publisher else ""
        rows.append(
            (
                figure.text(lang),
                registry.partner(figure.partner).name(lang),
                wording.label(figure.flow, lang),
                figure.period,
                wording.number(figure.value_meur, lang, int(figure.value_meur % 1 > 0)),
                f"{figure.publisher}{via}",
                wording.label(one.verdict, lang),
                f"{one.why(lang)}. {figure.remark(lang)}".strip(),
            )
        )
    table = pd.DataFrame(rows, columns=[wording.label(head, lang) for head in heads])
    addresses = dict.fromkeys(f"{one.figure.publisher}: {one.figure.address}" for one in listed)
    tables = [one.table for one in listed if one.table]
    block = Block(wording.label("published-title", lang), table, numbers=[wording.label("reported-value", lang)])
    return Printed([block], [*source_lines(tables, lang), *addresses], lang)


def _sources(listed: Iterable[Verdict], lang: Lang) -> list[str]:
    return source_lines([origin.table for one in listed for origin in one.sources], lang)
