"""Verdicts, and what else was checked, as tables for readers."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.claims import verdict_table
from nltrade.claims.base_of_trade import Base
from nltrade.claims.elsewhere import Checked
from nltrade.claims.reading import Placed, place_range, sentence
from nltrade.claims.revisions import Touched
from nltrade.claims.second_opinion import SecondOpinion
from nltrade.claims.verdict import Verdict
from nltrade.registry.entries import Lang
from nltrade.report import Report, Table, present, presents
from nltrade.sources.snapshot import Origin
from nltrade.tables.cells import amount, cells_table, in_words, numbers_of, source_line
from nltrade.words import Words

COLOURS = {"supported": "green", "contradicted": "red"}


@presents(Verdict)
def verdicts_report(listed: Sequence[Verdict], lang: Lang) -> Report:
    """Present verdicts as one table."""
    say = Words(lang)
    frame = verdict_table(listed, lang)
    colours = {say.label("verdict"): _colours(listed)}
    table = Table(say.label("verdicts-title"), frame, colours=colours)
    return Report([table], sources_of(listed, lang), lang)


def check_report(
    listed: Sequence[Verdict],
    touched: Sequence[Touched],
    lang: Lang,
    *,
    why: bool = False,
    readings: bool = False,
) -> Report:
    """Present verdicts as a line each; then, where asked for, reasons and readings."""
    say = Words(lang)
    heads = [say.label(id) for id in ("verdict", "wording", "cbs", "margin-head")]
    rows = [
        (
            say.label(one.verdict),
            say.text("quoted", words=one.claim.wording),
            one.says(lang),
            _short_margin(one, say),
        )
        for one in listed
    ]
    frame = pd.DataFrame(rows, columns=heads)
    tables = [Table("", frame, colours={heads[0]: _colours(listed)}, one_line=True)]
    tables += [_revised(one, say) for one in touched]

    for one in listed:
        title = f"{one.claim.text(lang)}: {say.label(one.verdict)}"
        if why:
            tables.append(why_table(one, lang, title))
        if readings and one.claim.measure == "place":
            tables.append(readings_table(one, lang, "" if why else title))
        elif readings:
            tables.append(_cells(one, lang, "" if why else title))
    return Report(tables, sources_of(listed, lang), lang)


def _colours(listed: Iterable[Verdict]) -> list[str]:
    return [COLOURS.get(one.verdict, "yellow") for one in listed]


def _short_margin(one: Verdict, say: Words) -> str:
    """Say how far the reported figure is off in as few words as a line has room for."""
    main = one.main
    if main is None or main.margin is None or main.holds is None:
        return ""
    if main.place:
        return one.margin(say.lang).partition("; ")[0]
    if one.claim.measure == "value":
        return say.change(main.margin)
    return say.text("points", margin=main.margin)


def _revised(one: Touched, say: Words) -> Table:
    """Say of a claim that reads otherwise with newer figures what was said before, and is now."""
    told = [
        f"{say.label(when)}: {verdict.says(say.lang)}, {say.label(verdict.verdict)}"
        for when, verdict in (("before", one.old), ("now", one.new))
    ]
    return Table(f"{one.new.claim.text(say.lang)}, {say.label('revised')}", remarks=told)


def changes_report(
    changed: pd.DataFrame,
    touched: Sequence[Touched],
    origins: Sequence[Origin],
    lang: Lang,
    *,
    top: int,
) -> Report:
    """Present the cells that differ most between two snapshots, and the claims they touch."""
    say = Words(lang)
    size = changed["difference_meur"].abs()
    order = size.sort_values(ascending=False, kind="stable").index
    shown = changed.loc[order].head(top).reset_index(drop=True)

    listed = {say.label("change"): [say.label(f"cell-{change}") for change in shown["change"]]}
    for name in ("flow", "partner", "product", "period"):
        listed[say.label(name)] = in_words(name, shown, say)
    numbers = {}
    for name, when in (("old_meur", "before"), ("new_meur", "now")):
        head = say.label(when)
        values = shown[name]
        listed[head] = ["–" if pd.isna(value) else amount(value, lang) for value in values]
        numbers[head] = numbers_of(values, say.label("million-euro"))
    percent = shown["difference_pct"]
    listed["%"] = ["" if pd.isna(value) else say.signed(value) for value in percent]
    numbers["%"] = numbers_of(percent)

    dates = list(dict.fromkeys(origin.modified for origin in origins))
    counts = changed["change"].value_counts()
    told = [f"{say.label(f'cell-{change}')}: {count}" for change, count in counts.items()]
    title = say.text("diff-title", table=origins[0].table, old=dates[0], new=dates[-1])
    remarks = [say.text("diff-cells", count=len(changed)), *told]
    if len(changed) and not touched:
        remarks.append(say.label("diff-no-claim"))
    tables = [Table(title, pd.DataFrame(listed) if len(changed) else None, remarks, numbers)]
    tables += [_revised(one, say) for one in touched]
    return Report(tables, [source_line(origins, lang)], lang)


def _cells(one: Verdict, lang: Lang, title: str) -> Table:
    """Put the cells that a verdict rests on in a table."""
    cells = [cell for reading in one.readings for cell in reading.cells]
    if not cells:
        return Table(title, remarks=[Words(lang).label("not published")])
    rows = pd.DataFrame(msgspec.to_builtins(cells))
    (table,) = cells_table(rows, lang).tables
    heading = f"{title} ({table.title})" if title else table.title
    return replace(table, title=heading)


def joined(reports: Sequence[Report]) -> Report:
    """Put reports in one, each source once: in a line of its own, or in one that names more."""
    lines = dict.fromkeys(line for report in reports for line in report.sources)
    named = {line: line.rpartition(")")[0] or line for line in lines}
    sources = [one for one in lines if not any(named[one] in each for each in lines if each != one)]
    tables = [table for report in reports for table in report.tables]
    return Report(tables, sources, reports[0].lang)


@present.register(Verdict)
def verdict_report(one: Verdict, lang: Lang = "en") -> Report:
    """Present one verdict with its reasons and its cells or, for a place, its readings."""
    say = Words(lang)
    heads = verdict_table([one], lang).drop(columns=say.label("asserts"))
    tables = [Table(one.claim.text(lang), heads), why_table(one, lang, say.label("why"))]
    is_place = one.claim.measure == "place"
    tables.append(readings_table(one, lang) if is_place else _cells(one, lang, ""))
    return Report(tables, sources_of([one], lang), lang)


def why_table(one: Verdict, lang: Lang, title: str) -> Table:
    """Give the reasons of a verdict, a sentence each."""
    return Table(title, remarks=one.why(lang))


def readings_table(one: Verdict, lang: Lang, title: str | None = None) -> Table:
    """Put the readings of a claim on a place in a table: the place in each, and the first five."""
    say = Words(lang)
    rows = []
    for reading in one.readings:
        members = str(one.claim.year) if reading.of_the_time else say.label("today")
        own = reading.place
        open_ = f" ({place_range(own, lang)})" if own and not own.certain else ""
        place = f"{own.place}{open_}" if own else say.label("not published")
        first = "; ".join(_in_front(placed, say) for placed in reading.first)
        rows.append((reading.label(lang, one.in_several), members, place, first))

    heads = [say.label(id) for id in ("reading", "eu", "place-head", "first-five")]
    frame = pd.DataFrame(rows, columns=heads)
    return Table(
        say.label("readings") if title is None else title, frame, [say.label("first-five-note")]
    )


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
    return Report([table], sources_of(listed, lang), lang)


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
                f"{sentence(one.why(lang))}. {figure.remark(lang)}".strip(),
            )
        )

    frame = pd.DataFrame(rows, columns=[say.label(head) for head in heads])
    numbers = {say.label("reported-value"): numbers_of(one.figure.value_meur for one in listed)}
    addresses = dict.fromkeys(f"{one.figure.publisher}: {one.figure.address}" for one in listed)
    table = Table(say.label("published-title"), frame, numbers=numbers)
    return Report([table], [*sources_of(listed, lang), *addresses], lang)


@presents(SecondOpinion)
def opinions_report(listed: Sequence[SecondOpinion], lang: Lang) -> Report:
    """Present what partners reported beside other figures, each thing once, and why they differ."""
    say = Words(lang)
    once = {
        (one.partner, one.flow, one.period, tuple(one.products), one.other_meur): one
        for one in listed
    }.values()
    heads = ("product", "partner", "flow", "period", "reported-by-partner", "beside-it", "ratio")
    rows = [
        (
            one.what(lang),
            registry.partner(one.partner).name(lang),
            say.label(one.flow),
            one.period,
            say.number(one.value_meur),
            say.number(one.other_meur, int(one.other_meur % 1 > 0)),
            say.number(one.ratio, 2),
        )
        for one in once
    ]
    frame = pd.DataFrame(rows, columns=[say.label(head) for head in heads])
    numbers = {
        say.label("reported-by-partner"): numbers_of(one.value_meur for one in once),
        say.label("beside-it"): numbers_of(one.other_meur for one in once),
        say.label("ratio"): numbers_of(one.ratio for one in once),
    }
    years = sorted({one.period for one in once})
    rates = [
        say.text("rate-of-year", rate=say.number(registry.rates()[y], 4), year=y) for y in years
    ]
    why = list(dict.fromkeys(one.why(lang) for one in once))
    table = Table(say.label("second-opinions"), frame, [*why, *rates], numbers)
    origins = {(o.table, o.modified): o for one in once for o in one.sources}
    return Report([table], [source_line(list(origins.values()), lang)], lang)


def sources_of(listed: Iterable[Verdict | Checked | Base], lang: Lang) -> list[str]:
    """Name the sources of what was checked, each once; none where nothing of a source was used."""
    found: dict[tuple[str, str, str], Origin] = {
        (o.table, o.modified, o.sha256): o for one in listed for o in one.sources
    }
    return [source_line(list(found.values()), lang)] if found else []
