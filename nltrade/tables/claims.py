"""Verdicts, and what else was checked, as tables for readers."""

from collections.abc import Iterable, Sequence

import msgspec
import narwhals as nw
import pandas as pd

from nltrade import registry
from nltrade.claims import verdict_table
from nltrade.claims.base_of_trade import Base
from nltrade.claims.elsewhere import Checked
from nltrade.claims.reading import Placed, Verdict, place_range
from nltrade.registry.entries import Lang
from nltrade.report import Report, Table, present, presents
from nltrade.sources.snapshot import Origin
from nltrade.tables.cells import cells_table, numbers_of, source_line
from nltrade.words import Words

COLOURS = {"supported": "green", "contradicted": "red"}


@presents(Verdict)
def verdicts_report(listed: Sequence[Verdict], lang: Lang) -> Report:
    """Present verdicts as one table."""
    say = Words(lang)
    frame = verdict_table(listed, lang)
    colours = {say.label("verdict"): [COLOURS.get(one.verdict, "yellow") for one in listed]}
    table = Table(say.label("verdicts-title"), frame, colours=colours)
    return Report([table], sources_of(listed, lang), lang)


@present.register(Verdict)
def verdict_report(one: Verdict, lang: Lang = "en") -> Report:
    """Present one verdict with its reasons and its cells or, for a place, its readings."""
    say = Words(lang)
    heads = verdict_table([one], lang).drop(columns=say.label("asserts"))
    tables = [Table(one.claim.text(lang), heads), why_table(one, lang, say.label("why"))]
    if one.claim.measure == "place":
        tables.append(readings_table(one, lang))
    elif cells := [cell for reading in one.readings for cell in reading.cells]:
        rows = nw.from_native(pd.DataFrame(msgspec.to_builtins(cells)))
        tables += cells_table(rows, lang).tables
    return Report(tables, sources_of([one], lang), lang)


def why_table(one: Verdict, lang: Lang, title: str) -> Table:
    """Give the reasons of a verdict, a sentence each."""
    return Table(title, remarks=one.why(lang))


def readings_table(one: Verdict, lang: Lang) -> Table:
    """Put the readings of a claim on a place in a table: the place in each, and the first five."""
    say = Words(lang)
    rows = []
    for reading in one.readings:
        members = str(one.claim.year) if reading.of_the_time else say.label("today")
        own = reading.place
        place = f"{own.place} ({place_range(own, lang)})" if own else say.label("not published")
        first = "; ".join(_in_front(placed, say) for placed in reading.first)
        rows.append((reading.label(lang, one.in_several), members, place, first))

    heads = [say.label(id) for id in ("reading", "eu", "place-head", "first-five")]
    frame = pd.DataFrame(rows, columns=heads)
    return Table(say.label("readings"), frame, [say.label("first-five-note")])


def _in_front(placed: Placed, say: Words) -> str:
    """Write place, name and amount of a partner; where the place is not certain, those possible."""
    told = f"{placed.place}. {say.partner(placed.partner)} {say.bn(placed.value_meur)}"
    if placed.certain:
        return told
    return f"{told} ({placed.best or '?'}–{placed.worst or '?'})"


@presents(Base)
def bases_report(listed: Sequence[Base], lang: Lang) -> Report:
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
    table = Table(say.label("base-title"), pd.DataFrame(rows, columns=heads))
    return Report([table], [], lang)


@presents(Checked)
def published_report(listed: Sequence[Checked], lang: Lang) -> Report:
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

    frame = pd.DataFrame(rows, columns=[say.label(head) for head in heads])
    numbers = {say.label("reported-value"): numbers_of(one.figure.value_meur for one in listed)}
    addresses = dict.fromkeys(f"{one.figure.publisher}: {one.figure.address}" for one in listed)
    table = Table(say.label("published-title"), frame, numbers=numbers)
    return Report([table], [*sources_of(listed, lang), *addresses], lang)


def sources_of(listed: Iterable[Verdict | Checked], lang: Lang) -> list[str]:
    """Name the sources of what was checked, each once; none where nothing of a source was used."""
    found: dict[tuple[str, str, str], Origin] = {
        (o.table, o.modified, o.sha256): o for one in listed for o in one.sources
    }
    return [source_line(found.values(), lang)] if found else []
