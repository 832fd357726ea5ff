"""A verdict: what CBS says, how far that is from the claim, and why, in words."""

from collections.abc import Iterable

import msgspec

from nltrade import registry
from nltrade.claims.operators import Asserted, as_given
from nltrade.claims.reading import Reading, Reason, place_range, sentence
from nltrade.registry.entries import Claim, Lang
from nltrade.report import Prints
from nltrade.rounding import exact, rounded
from nltrade.sources.snapshot import Origin
from nltrade.words import Words

# Labels of why there is no figure, the one that says most first.
GAPS = ["no-rate", "no-share", "no-place", "not published", "not-on-this-machine"]
GAPS += ["not in the table"]
WRITTEN = {"value": "meur", "share": "pct", "growth": "change"}


class Verdict(Prints, msgspec.Struct, frozen=True, kw_only=True):
    """A claim, its verdict, and everything the verdict rests on."""

    claim: Claim
    verdict: str
    readings: list[Reading]
    sources: list[Origin]

    @property
    def main(self) -> Reading | None:
        """The first reading that can be compared, else the first with a figure, else the first."""
        order = sorted(
            self.readings,
            key=lambda r: (not r.judged, r.holds is None, not r.open, r.value is None),
        )
        return order[0] if order else None

    @property
    def in_several(self) -> bool:
        """Whether more than one table, or pair of tables, counts the year."""
        pairs = {tuple(reading.tables) for reading in self.readings if len(reading.tables) > 1}
        return len(pairs) > 1 or len({reading.tables[0] for reading in self.readings}) > 1

    def says(self, lang: Lang = "en") -> str:
        """Say what CBS publishes, in each way of counting where they differ."""
        say = Words(lang)
        told = [reading for reading in self._named() if reading.value is not None]

        if not told:
            gaps = {reading.gap for reading in self._named()}
            return say.label(next((gap for gap in GAPS if gap in gaps), "not published"))

        return self._by_table([(reading, self._said(reading, say)) for reading in told], say)

    def margin(self, lang: Lang = "en") -> str:
        """Say how far the reported figure is from the published one, in each way of counting."""
        say = Words(lang)
        told = [reading for reading in self._named() if reading.margin is not None]

        if self.claim.measure == "place":
            gaps = [(reading, _gaps(reading, say)) for reading in told if reading.complete]
            return self._by_table(gaps, say) if gaps else ""

        is_value = self.claim.measure == "value"
        amounts = [
            (reading, _not_naught("change" if is_value else "signed", reading.margin or 0.0, say))
            for reading in told
            if reading.holds is not None
        ]
        if not amounts:
            return ""

        threshold = as_given(WRITTEN[self.claim.measure], exact(self.claim.threshold))
        id = "margin" if is_value else "margin-points"
        return say.text(id, margin=self._by_table(amounts, say), threshold=threshold)

    def why(self, lang: Lang = "en") -> list[str]:
        """Give the reasons, a sentence each, the answer first."""
        say = Words(lang)
        told = [*self._places()] if self.claim.measure == "place" else []
        told += [(reading, reason) for reading in self.readings for reason in reading.reasons]

        sentences = []
        for reading, reason in told:
            named = self._table_of(reading, say)
            words = say.text(reason.id, **reason.values)
            sentences.append(sentence(f"{named}: {words}" if named else words))

        sentences += self._with_todays_members(say)
        notes = [say.note(self.claim.note)] if self.claim.note else []
        return list(dict.fromkeys(sentences + notes))

    def _named(self, of_the_time: bool = True) -> list[Reading]:
        """Choose the readings of just what the claim names, with the EU of the time or of today."""
        return [
            reading
            for reading in self.readings
            if reading.judged == reading.of_the_time == of_the_time
            and reading.flow == self.claim.flow
            and reading.kind != "goods and services"
        ]

    def _said(self, reading: Reading, say: Words) -> str:
        """Say what CBS publishes in one reading: the figure, or the range that it is in."""
        if reading.place:
            place = say.place(reading.place.place)
            return place if reading.certain else f"{place} ({place_range(reading.place, say.lang)})"

        value = exact(reading.value or 0)
        how = WRITTEN[self.claim.measure]
        if not reading.complete:
            return f"{say.amount((how, value))} ({say.label('part-year')})"

        asserted = Asserted.of(self.claim)
        if reading.open and reading.low is not None and reading.high is not None:
            ends = [asserted.written(how, exact(end)) for end in (reading.low, reading.high)]
            return say.text("range", low=ends[0], high=ends[1])
        return say.amount(asserted.written(how, value))

    def _by_table(self, said: list[tuple[Reading, str]], say: Words) -> str:
        """Put what is said of several tables together; once where they all say the same."""
        if len({words for _, words in said}) == 1:
            return said[0][1]

        told = [f"{words} ({self._table_of(reading, say)})" for reading, words in said]
        return "; ".join(told).replace(") (", ", ")

    def _table_of(self, reading: Reading, say: Words) -> str:
        """Name what a table counts, or the table itself; nothing where there is but one."""
        counting = [other for other in self.readings if other.judged or other.place]
        tables = {other.tables[0] for other in counting}
        table = reading.tables[0]
        if len(tables) < 2 or table not in tables:
            return ""

        named = [counted_as(each, say) for each in tables]
        return counted_as(table, say) if named.count(counted_as(table, say)) == 1 else table

    def _places(self) -> Iterable[tuple[Reading, Reason]]:
        """Say the places of the time table by table, and where no other is possible."""
        placed = [r for r in self.readings if r.place and r.of_the_time]

        for table in dict.fromkeys(reading.tables[0] for reading in placed):
            here = [reading for reading in placed if reading.tables[0] == table]
            certain = list(dict.fromkeys(r.what for r in here if r.certain and r.complete))
            id = "why-places-certain" if certain else "why-places"
            yield here[0], Reason(id, {"places": _by_place(here), "what": certain})

    def _with_todays_members(self, say: Words) -> list[str]:
        """Say the place that the claim names with the EU of today, where that is another."""
        now = [reading for reading in self._named(of_the_time=False) if reading.place]
        before = {reading.tables[0]: reading.value for reading in self._named()}
        if all(reading.value == before[reading.tables[0]] for reading in now):
            return []

        places = self._by_table([(reading, self._said(reading, say)) for reading in now], say)
        return [sentence(say.text("why-places-now", places=places))]


def counted_as(table: str, say: Words) -> str:
    """Say what a table counts; of a table of the user's own, its name."""
    if table not in registry.tables():
        return table
    concept = registry.table(table).concept
    return say.label(concept) if concept in registry.texts() else table


def _by_place(readings: list[Reading]) -> list[tuple[int, list[str]]]:
    """List the places with what is counted in each, that of the claim first."""
    found: dict[int, list[str]] = {}
    for reading in readings:
        if reading.place and reading.what not in found.setdefault(reading.place.place, []):
            found[reading.place.place].append(reading.what)
    return list(found.items())


def _not_naught(how: str, value: float, say: Words) -> str:
    """Write a distance with the decimals that keep it from looking like none."""
    digits = next((n for n in range(1, 12) if rounded(value, 10**-n) or not value), 1)
    return say.amount((how, value, digits))


def _gaps(reading: Reading, say: Words) -> str:
    """Say how far the partner in front and the next one behind are."""
    own = reading.place
    if own is None:
        return ""

    told = []
    for other in reading.neighbours:
        gap = other.value_meur - own.value_meur
        id = "margin-tie" if not gap else "margin-front" if gap > 0 else "margin-next"
        told.append(say.text(id, gap=abs(gap), partner=other.partner))

    return "; ".join(told)
