"""Verdicts, and what else was checked, as tables for readers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import msgspec
import pandas as pd

from nltrade import registry
from nltrade.claims.base_of_trade import Base
from nltrade.claims.elsewhere import Checked
from nltrade.claims.reading import Placed, Reading, place_range, sentence
from nltrade.claims.revisions import Touched
from nltrade.claims.second_opinion import SecondOpinion
from nltrade.claims.verdict import Verdict
from nltrade.registry.entries import Lang, Published
from nltrade.report import Report, Table, present, presents
from nltrade.sources.snapshot import Origin
from nltrade.tables.cells import cells_table, in_words, source_line
from nltrade.tables.columns import Columns, amounts, report_of, table_of, written
from nltrade.words import Words

COLOURS = {"supported": "green", "contradicted": "red"}


def verdict_table(verdicts: Iterable[Verdict], lang: Lang = "en") -> pd.DataFrame:
    """
    Put verdicts in a table for readers.

    Parameters
    ----------
    verdicts : iterable of Verdict
        What `check_claims` gives.
    lang : {"en", "nl"}
        Language.

    Returns
    -------
    pandas.DataFrame
        A row for each claim, as text: its words, what they say, what CBS says, the margin and
        the verdict.

    Examples
    --------
    >>> import nltrade as nl
    >>> verdict_table(nl.check_claims(), "nl")["Oordeel"].tolist()[0]
    'klopt'
    """
    say = Words(lang)
    return table_of("", _told(list(verdicts), say), say).values


def _told(listed: Sequence[Verdict], say: Words) -> Columns:
    """Give what is told of each claim: its words, what CBS says, and the verdict."""
    return {
        "wording": [say.text("quoted", words=one.claim.wording) for one in listed],
        "asserts": [one.claim.text(say.lang) for one in listed],
        "cbs": [one.says(say.lang) for one in listed],
        "margin-head": [one.margin(say.lang) for one in listed],
        "verdict": [say.label(one.verdict) for one in listed],
    }


@presents(Verdict)
def verdicts_report(listed: Sequence[Verdict], lang: Lang) -> Report:
    """Present verdicts as one table."""
    say = Words(lang)
    colours = {"verdict": _colours(listed)}
    table = table_of(say.label("verdicts-title"), _told(listed, say), say, colours=colours)
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
    told = _told(listed, say)
    columns = {id: told[id] for id in ("verdict", "wording", "cbs")}
    columns["margin-head"] = [_short_margin(one, say) for one in listed]
    tables = [table_of("", columns, say, colours={"verdict": _colours(listed)}, one_line=True)]
    tables += [_revised(one, say) for one in touched]

    for one in listed:
        title = f"{one.claim.text(lang)}: {say.label(one.verdict)}"
        if why:
            tables.append(Table(title, remarks=one.why(lang)))
        if readings:
            tables.append(_rests_on(one, lang, "" if why else title))
    return Report(tables, sources_of(listed, lang), lang)


@present.register(Verdict)
def verdict_report(one: Verdict, lang: Lang = "en") -> Report:
    """Present one verdict with its reasons and its cells or, for a place, its readings."""
    say = Words(lang)
    told = _told([one], say)
    del told["asserts"]  # it is the title
    title = say.label("readings") if one.claim.measure == "place" else ""
    tables = [
        table_of(one.claim.text(lang), told, say),
        Table(say.label("why"), remarks=one.why(lang)),
        _rests_on(one, lang, title),
    ]
    return Report(tables, sources_of([one], lang), lang)


def _rests_on(one: Verdict, lang: Lang, title: str) -> Table:
    """Put in a table what a verdict rests on: the readings of a place, else cells of CBS."""
    if one.claim.measure == "place":
        return readings_table(one, lang, title)

    cells = [cell for reading in one.readings for cell in reading.cells]
    if not cells:
        return Table(title, remarks=[one.says(lang)])

    (table,) = cells_table(pd.DataFrame(msgspec.to_builtins(cells)), lang).tables
    return replace(table, title=f"{title} ({table.title})" if title else table.title)


def readings_table(one: Verdict, lang: Lang, title: str) -> Table:
    """Put the readings of a claim on a place in a table: the place in each, and the first five."""
    say = Words(lang)
    rows = one.readings
    columns: Columns = {
        "reading": [row.label(lang, one.in_several) for row in rows],
        "eu": [str(one.claim.year) if row.of_the_time else say.label("today") for row in rows],
        "place-head": [_place(row, say) for row in rows],
        "first-five": ["; ".join(_in_front(each, say) for each in row.first) for row in rows],
    }
    return table_of(title, columns, say, [say.label("first-five-note")])


def _place(row: Reading, say: Words) -> str:
    if row.place is None:
        return say.label(row.gap)
    return str(row.place.place) + ("" if row.certain else f" ({place_range(row.place, say.lang)})")


def _in_front(placed: Placed, say: Words) -> str:
    """Write place, name and amount of a partner; where the place is not certain, those possible."""
    name, amount = say.partner(placed.partner), say.bn(placed.value_meur)
    return f"{placed.place}. {name} {amount}{placed.span}"


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
    lang = say.lang
    are_alike = one.old.says(lang) == one.new.says(lang)
    told = []
    for when, verdict in (("before", one.old), ("now", one.new)):
        # Of a place that stayed the same, what is between it and the next ones has changed.
        margin = f" ({verdict.margin(lang)})" if are_alike and verdict.margin(lang) else ""
        said = f"{verdict.says(lang)}{margin}, {say.label(verdict.verdict)}"
        told.append(f"{say.label(when)}: {said}")
    return Table(f"{one.new.claim.text(lang)}, {say.label('revised')}", remarks=told)


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
    dates = list(dict.fromkeys(origin.modified for origin in origins))
    title = say.text("diff-title", table=origins[0].table, old=dates[0], new=dates[-1])
    counts = changed["change"].value_counts().items()
    remarks = [
        say.text("diff-cells", count=len(changed)),
        *(f"{say.label(f'cell-{change}')}: {count}" for change, count in counts),
    ]
    if len(changed) and not touched:
        remarks.append(say.label("diff-no-claim"))

    columns = _largest(changed, top, say)
    answer = table_of(title, columns, say, remarks) if len(changed) else Table(title, None, remarks)
    tables = [answer, *(_revised(one, say) for one in touched)]
    return Report(tables, [source_line(origins, lang)], lang)


def _largest(changed: pd.DataFrame, top: int, say: Words) -> Columns:
    """Put the largest changes in words, before and after."""
    size = changed["difference_meur"].abs()
    order = size.sort_values(ascending=False, kind="stable").index
    shown = changed.loc[order].head(top)
    million = say.label("million-euro")

    return {
        "change": [say.label(f"cell-{change}") for change in shown["change"]],
        **{name: in_words(name, shown, say) for name in ("flow", "partner", "product", "period")},
        "before": amounts(shown["old_meur"], say, million),
        "now": amounts(shown["new_meur"], say, million),
        "%": written(shown["difference_pct"], say.signed, none=""),
    }


def joined(reports: Sequence[Report]) -> Report:
    """Put reports in one, each source once: in a line of its own, or in one that names more."""
    lines = dict.fromkeys(line for report in reports for line in report.sources)
    sources = []
    for line in lines:
        named = line.rpartition(")")[0] or line
        if not any(named in other for other in lines if other != line):
            sources.append(line)
    tables = [table for report in reports for table in report.tables]
    return Report(tables, sources, reports[0].lang)


@presents(Base)
def bases_report(listed: Sequence[Base], lang: Lang) -> Report:
    """Present for each sector that is called a base of the trade whether it is."""
    say = Words(lang)
    columns: Columns = {
        "sector": [one.sector.text(lang) for one in listed],
        "flow": [say.label(one.flow) for one in listed],
        "kind": [say.label(one.kind) for one in listed],
        "verdict": [say.label(one.verdict) for one in listed],
        "why": [one.why(lang) for one in listed],
    }
    return report_of("base-title", columns, say, sources_of(listed, lang))


@presents(Checked)
def published_report(listed: Sequence[Checked], lang: Lang) -> Report:
    """Present figures that others published, by whom, and what CBS says today."""
    say = Words(lang)
    figures = [one.figure for one in listed]
    columns = _figures(figures, say) | {
        "verdict": [say.label(one.verdict) for one in listed],
        "why": [f"{sentence(one.why(lang))}. {one.figure.remark(lang)}".strip() for one in listed],
    }
    sources = [*sources_of(listed, lang), *_addresses(figures)]
    return report_of("published-title", columns, say, sources)


@presents(Published)
def figures_report(listed: Sequence[Published], lang: Lang) -> Report:
    """Present figures that others published, as they stand."""
    say = Words(lang)
    return report_of("published-title", _figures(listed, say), say, _addresses(listed))


def _figures(figures: Sequence[Published], say: Words) -> Columns:
    """Say of each figure what it is of, how large it is, and who published it."""
    return {
        "product": [figure.text(say.lang) for figure in figures],
        "partner": [say.partner(figure.partner) for figure in figures],
        "flow": [say.label(figure.flow) for figure in figures],
        "period": [figure.period for figure in figures],
        "reported-value": written([figure.value_meur for figure in figures], _exact(say)),
        "publisher": [
            figure.publisher + (f" ({figure.via})" if figure.via != figure.publisher else "")
            for figure in figures
        ],
    }


def _addresses(figures: Iterable[Published]) -> list[str]:
    """Say where figures were published, each place once."""
    return list(dict.fromkeys(f"{one.publisher}: {one.address}" for one in figures))


@presents(SecondOpinion)
def opinions_report(listed: Sequence[SecondOpinion], lang: Lang) -> Report:
    """Present what partners reported beside other figures, each thing once, and why they differ."""
    say = Words(lang)
    by_thing = {
        (one.partner, one.flow, one.period, tuple(one.products), one.other_meur): one
        for one in listed
    }
    once = list(by_thing.values())
    columns: Columns = {
        "product": [one.what(lang) for one in once],
        "partner": [say.partner(one.partner) for one in once],
        "flow": [say.label(one.flow) for one in once],
        "period": [one.period for one in once],
        "reported-by-partner": written([one.value_meur for one in once], say.number),
        "beside-it": written([one.other_meur for one in once], _exact(say)),
        "ratio": written([one.ratio for one in once], lambda ratio: say.number(ratio, 2)),
    }

    why = list(dict.fromkeys(one.why(lang) for one in once))
    rates = [
        say.text("rate-of-year", rate=say.number(registry.rates()[year], 4), year=year)
        for year in sorted({one.period for one in once})
    ]
    table = table_of(say.label("second-opinions"), columns, say, [*why, *rates])
    return Report([table], sources_of(once, lang), lang)


def _exact(say: Words) -> Callable[[float], str]:
    """Write an amount with the one decimal that it has, if it has one."""
    return lambda value: say.number(value, int(value % 1 > 0))


def sources_of(listed: Iterable[Verdict | Checked | Base | SecondOpinion], lang: Lang) -> list[str]:
    """Name the sources of what was checked, each once; none where nothing of a source was used."""
    found = {(o.table, o.modified, o.sha256): o for one in listed for o in one.sources}
    return [source_line(list(found.values()), lang)] if found else []
