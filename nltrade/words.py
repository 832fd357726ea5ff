"""
Numbers, places and names in words, in English and Dutch: one writer for every text.

Texts stand in ``registry/texts.toml``. A field such as ``{value:meur}`` is filled in with a number
written for the language: ``€20,332m`` in English, ``€ 20.332 mln`` (with spaces that do not break)
in Dutch.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from string import Formatter
from typing import Any

from babel.dates import format_date, format_timedelta, get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal

from nltrade import registry
from nltrade.registry.entries import Lang
from nltrade.rounding import Number, exact, rounded

ORDINALS: dict[Lang, str] = {
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth",
    "nl": "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende",
}
CARDINALS: dict[Lang, str] = {
    "en": "no one two three four five six seven eight nine ten",
    "nl": "geen één twee drie vier vijf zes zeven acht negen tien",
}
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Words:
    r"""
    The words of one language: bound once, so that no sentence has to be told its language again.

    Parameters
    ----------
    lang : {"en", "nl"}
        Language.

    Examples
    --------
    >>> say = Words("nl")
    >>> say.meur(20332), say.label("import")
    ('€\xa020.332\xa0mln', 'invoer')
    """

    lang: Lang

    def number(self, value: Number, digits: int = 0) -> str:
        """
        Write a number with a fixed count of decimals, grouped as the language does.

        Parameters
        ----------
        value : float
            The number.
        digits : int
            Decimals.

        Returns
        -------
        str

        Examples
        --------
        >>> Words("en").number(20332), Words("nl").number(20332), Words("nl").number(91.88, 1)
        ('20,332', '20.332', '91,9')
        """
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        shown = rounded(value, Fraction(1, 10**digits))
        written = Decimal(abs(shown).numerator) / abs(shown).denominator
        sign = MINUS if shown < 0 else ""
        return sign + format_decimal(written, pattern, locale=self.lang)

    def meur(self, value: float, digits: int = 0) -> str:
        r"""
        Write an amount of million euro.

        Examples
        --------
        >>> Words("en").meur(20332), Words("nl").meur(20332)
        ('€20,332m', '€\xa020.332\xa0mln')
        """
        return _euro(self.number(value, digits), self.lang, "m", "mln")

    def bn(self, value: float, digits: int = 1) -> str:
        r"""
        Write an amount of million euro in billions with one decimal, in millions below a billion,
        and as less than half a million where it is published as zero. Less than that is written
        out: it is of a source that does not round to millions, such as UN Comtrade.

        Examples
        --------
        >>> Words("en").bn(20332), Words("nl").bn(20332), Words("en").bn(-13264), Words("en").bn(12)
        ('€20.3bn', '€\xa020,3\xa0mld', '−€13.3bn', '€12m')
        >>> Words("en").bn(0), Words("en").bn(0.042)
        ('less than €0.5m', '€0.04m')
        """
        if not value:  # CBS publishes whole millions: a zero can be half of one
            return self.label("under-half-a-million")
        if abs(value) < 1000:  # a tenth of a billion says little of less
            return self.meur(value, _needed(value))
        return _euro(self.number(exact(value) / 1000, digits), self.lang, "bn", "mld")

    def pct(self, value: float, digits: int | None = None) -> str:
        """
        Write a percentage, with one decimal unless it is a whole number, or with as many as asked.

        Examples
        --------
        >>> Words("en").pct(91.88), Words("nl").pct(91.88), Words("en").pct(92)
        ('91.9%', '91,9%', '92%')
        """
        if digits is None:
            digits = int(abs(value - round(value)) > 1e-9)
        return self.number(value, digits) + "%"

    def signed(self, value: float, digits: int = 1) -> str:
        """
        Write a number with its sign, and one decimal unless more are asked for.

        Examples
        --------
        >>> Words("en").signed(0.12), Words("nl").signed(-0.6)
        ('+0.1', '−0,6')
        """
        shown = rounded(value, Fraction(1, 10**digits))
        return ("+" if shown > 0 else "") + self.number(value, digits)

    def change(self, value: float, digits: int | None = None) -> str:
        """
        Write a percentage with its sign.

        Examples
        --------
        >>> Words("en").change(19.89), Words("nl").change(-1.2), Words("en").change(20)
        ('+19.9%', '−1,2%', '+20%')
        """
        shown = rounded(value, Fraction(1, 10 ** (1 if digits is None else digits)))
        return ("+" if shown > 0 else "") + self.pct(value, digits)

    def place(self, value: float) -> str:
        """
        Write a place in figures.

        Examples
        --------
        >>> Words("en").place(3), Words("en").place(11), Words("en").place(22), Words("nl").place(3)
        ('3rd', '11th', '22nd', '3e')
        """
        count = int(value)
        if self.lang == "nl":
            return f"{count}e"
        is_teen = count % 100 in (11, 12, 13)
        ending = {1: "st", 2: "nd", 3: "rd"}.get(count % 10)
        return f"{count}th" if is_teen or ending is None else f"{count}{ending}"

    def ordinal(self, value: float) -> str:
        """
        Write a place in words up to the tenth, in figures from there.

        Examples
        --------
        >>> Words("en").ordinal(3), Words("nl").ordinal(3), Words("en").ordinal(12)
        ('third', 'derde', '12th')
        """
        words = ORDINALS[self.lang].split()
        return words[int(value) - 1] if 1 <= value <= len(words) else self.place(value)

    def largest(self, value: float) -> str:
        """
        Write a place as a size: the first is the largest.

        Examples
        --------
        >>> Words("en").largest(1), Words("en").largest(3), Words("nl").largest(1)
        ('largest', 'third-largest', 'grootste')
        """
        if value == 1:
            return self.label("largest")
        return self.ordinal(value) + ("-largest" if self.lang == "en" else "")

    def count(self, value: int) -> str:
        """
        Write a count in words up to ten, in figures from there.

        Examples
        --------
        >>> Words("en").count(8), Words("nl").count(1), Words("en").count(12)
        ('eight', 'één', '12')
        """
        words = CARDINALS[self.lang].split()
        return words[value] if 0 <= value < len(words) else self.number(value)

    def partner(self, id: str) -> str:
        """
        Give the name of a partner.

        Examples
        --------
        >>> Words("nl").partner("US")
        'Verenigde Staten'
        """
        return registry.partner(id).name(self.lang)

    def several(self, parts: list[str]) -> str:
        """
        Join words to a list.

        Examples
        --------
        >>> Words("en").several(["total trade", "imports", "exports"])
        'total trade, imports and exports'
        """
        joined = format_list(parts, locale=self.lang)
        return joined.replace(", and ", " and ")

    def when(self, day: str) -> str:
        """
        Write a date: the day of a moment, a month, months, a year, a season; else what is given.

        Examples
        --------
        >>> [Words("nl").when(day) for day in ("2026-10-02T10:22:00", "2013-11", "autumn 2026")]
        ['2 oktober 2026', 'november 2013', 'najaar 2026']
        >>> Words("nl").when("2022-01/2022-02")
        'januari–februari 2022'
        """
        if re.match(r"\d{4}-\d{2}-\d{2}T", day):
            day = day.partition("T")[0]
        season, _, year = day.partition(" ")
        if season in ("spring", "summer", "autumn", "winter"):
            return f"{self.label(season)} {year}"
        months = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])/\1-(0[1-9]|1[0-2])", day)
        if months:
            return f"{self.months((int(months[2]), int(months[3])))} {months[1]}"
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d{2})?", day):
            return day

        is_month = len(day) == len("2013-11")
        whole = date.fromisoformat(f"{day}-01" if is_month else day)
        return format_date(whole, "MMMM y" if is_month else "d MMMM y", locale=self.lang)

    def months(self, span: tuple[int, int]) -> str:
        """
        Write the months from a first to a last one.

        Examples
        --------
        >>> Words("en").months((1, 10)), Words("nl").months((1, 7)), Words("nl").months((1, 1))
        ('January–October', 'januari–juli', 'januari')
        """
        names = get_month_names("wide", "stand-alone", locale=self.lang)
        return "–".join(dict.fromkeys(names[month] for month in span))

    def ago(self, day: str) -> str:
        """
        Say how long ago a day was, or the first day of a month.

        Examples
        --------
        >>> Words("nl").ago(str(date.today().replace(year=date.today().year - 3, day=1)))
        '3 jaar geleden'
        """
        is_month = len(day) == len("2013-11")
        whole = date.fromisoformat(f"{day}-01" if is_month else day)
        return format_timedelta(whole - date.today(), add_direction=True, locale=self.lang)

    def named(self, id: str) -> str:
        """
        Give the name of a partner as it stands in a sentence.

        Examples
        --------
        >>> Words("en").named("US"), Words("nl").named("GB"), Words("en").named("RU")
        ('the United States', 'het Verenigd Koninkrijk', 'Russia')
        """
        return registry.partner(id).named(self.lang)

    def was(self, id: str) -> str:
        """
        Give the past tense of "to be" that goes with the name of a partner.

        Examples
        --------
        >>> Words("nl").was("US"), Words("nl").was("RU"), Words("en").was("US")
        ('waren', 'was', 'was')
        """
        # Dutch names with "de" are plurals, but for the republics; English takes a country as one.
        name = self.named(id)
        many = self.lang == "nl" and name.startswith("de ") and "Republiek" not in name
        return "waren" if many else "was"

    def partners(self, ids: list[str]) -> str:
        """
        List the names of partners.

        Examples
        --------
        >>> Words("nl").partners(["US", "CN"])
        'de Verenigde Staten en China'
        """
        return self.several([self.named(id) for id in ids])

    def label(self, id: str) -> str:
        """
        Give the label of a flow, a concept, a verdict or a status.

        Examples
        --------
        >>> Words("nl").label("import")
        'invoer'
        """
        return registry.texts()[id].text(self.lang)

    def start(self, id: str) -> str:
        """
        Give a label as the first words of a sentence.

        Examples
        --------
        >>> Words("nl").start("import")
        'Invoer'
        """
        words = self.label(id)
        return words[:1].upper() + words[1:]

    def labels(self, ids: list[str]) -> str:
        """
        List several labels.

        Examples
        --------
        >>> Words("en").labels(["import", "export"])
        'imports and exports'
        """
        return self.several([self.label(id) for id in ids])

    def amount(self, amount: tuple[Any, ...]) -> str:
        """
        Write an amount that says itself how it is written and, if need be, with how many decimals.

        Examples
        --------
        >>> Words("en").amount(("meur", 7068)), Words("nl").amount(("change", 4.992, 2))
        ('€7,068m', '+4,99%')
        """
        how, *value_and_digits = amount
        return str(getattr(self, how)(*value_and_digits))

    def places(self, by_place: list[tuple[int, list[str]]]) -> str:
        """
        List places with the readings that give them.

        Examples
        --------
        >>> Words("en").places([(3, ["import", "export"]), (4, ["total trade"])])
        'third in imports and exports; fourth in total trade'
        """
        return "; ".join(self.text("place-in", place=place, what=what) for place, what in by_place)

    def causes(self, found: list[tuple[str, float]]) -> str:
        """
        List what could move a place: the text of each cause with its amount.

        Examples
        --------
        >>> Words("en").causes([("cause-gift", 2633)])
        '€2,633m of trade is not assigned to a country'
        """
        return self.several([self.text(id, amount=amount) for id, amount in found])

    def product(self, code: str) -> str:
        """
        Give the name of a product.

        Examples
        --------
        >>> Words("nl").product("3")
        'minerale brandstoffen'
        """
        return registry.product(code).text(self.lang)

    def text(self, id: str, **values: Any) -> str:
        """
        Fill in a text of the registry.

        Parameters
        ----------
        id : str
            Entry of ``texts.toml``.
        **values
            What the fields of the text stand for: amounts in million euro, shares in percent.

        Returns
        -------
        str

        Examples
        --------
        >>> Words("en").text("between", best=2, worst=4)
        'between 2nd and 4th'
        """
        return _Filler(self).vformat(registry.texts()[id].text(self.lang), (), values)

    def note(self, id: str) -> str:
        """Give a concept note of the registry."""
        return registry.notes()[id].text(self.lang)


class _Filler(Formatter):
    """A `str.format` whose format specs are the writers of `Words`."""

    def __init__(self, say: Words) -> None:
        self.say = say

    def format_field(self, value: Any, format_spec: str) -> str:
        writer = getattr(self.say, format_spec) if format_spec else str
        return str(writer(value))


def _needed(value: Number) -> int:
    """Give the decimals that keep an amount from being written as nothing."""
    return next((n for n in range(12) if rounded(value, Fraction(1, 10**n))), 12)


def _euro(figure: str, lang: Lang, en: str, nl: str) -> str:
    sign = MINUS if figure.startswith(MINUS) else ""
    amount = figure.removeprefix(MINUS)
    if lang == "en":
        return f"{sign}€{amount}{en}"
    return f"{sign}€\N{NO-BREAK SPACE}{amount}\N{NO-BREAK SPACE}{nl}"
