"""
Numbers, places and names in words, in English and Dutch: one formatter for every text of the package.

Texts stand in ``registry/texts.toml``. A field such as ``{value:meur}`` is filled in with a number formatted for the
language: ``€20,332m`` in English, ``€ 20.332 mln`` (with spaces that do not break) in Dutch.
"""

import re
from collections.abc import Callable
from datetime import date
from string import Formatter
from typing import Any

from babel.dates import format_date, format_timedelta, get_month_names
from babel.lists import format_list
from babel.numbers import format_decimal

from nltrade import registry
from nltrade.registry.entries import Lang

ORDINALS: dict[Lang, str] = {
    "en": "first second third fourth fifth sixth seventh eighth ninth tenth",
    "nl": "eerste tweede derde vierde vijfde zesde zevende achtste negende tiende",
}
MINUS = "\N{MINUS SIGN}"


def number(value: float, lang: Lang, digits: int = 0) -> str:
    """
    Write a number with a fixed count of decimals, grouped as the language does.

    Parameters
    ----------
    value : float
        The number.
    lang : {"en", "nl"}
        Language.
    digits : int
        Decimals.

    Returns
    -------
    str

    Examples
    --------
    >>> number(20332, "en"), number(20332, "nl"), number(91.88, "nl", 1)
    ('20,332', '20.332', '91,9')
    """
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    sign = MINUS if round(value, digits) < 0 else ""
    return sign + format_decimal(abs(value), pattern, locale=lang)


def meur(value: float, lang: Lang) -> str:
    r"""
    Write an amount of million euro.

    Examples
    --------
    >>> meur(20332, "en"), meur(20332, "nl")
    ('€20,332m', '€\xa020.332\xa0mln')
    """
    return _euro(number(value, lang), lang, "m", "mln")


def bn(value: float, lang: Lang) -> str:
    r"""
    Write an amount of million euro in billions with one decimal, or in millions where it is less than a billion.

    Examples
    --------
    >>> bn(20332, "en"), bn(20332, "nl"), bn(-13264, "en"), bn(12, "en")
    ('€20.3bn', '€\xa020,3\xa0mld', '−€13.3bn', '€12m')
    """
    if abs(value) < 1000:  # a tenth of a billion says little of less
        return meur(value, lang)
    return _euro(number(value / 1000, lang, 1), lang, "bn", "mld")


def pct(value: float, lang: Lang) -> str:
    """
    Write a percentage, with one decimal unless it is a whole number.

    Examples
    --------
    >>> pct(91.88, "en"), pct(91.88, "nl"), pct(92, "en")
    ('91.9%', '91,9%', '92%')
    """
    return number(value, lang, int(abs(value - round(value)) > 1e-9)) + "%"


def signed(value: float, lang: Lang) -> str:
    """
    Write a number with one decimal and its sign.

    Examples
    --------
    >>> signed(0.12, "en"), signed(-0.6, "nl")
    ('+0.1', '−0,6')
    """
    return ("+" if round(value, 1) > 0 else "") + number(value, lang, 1)


def change(value: float, lang: Lang) -> str:
    """
    Write a percentage with its sign.

    Examples
    --------
    >>> change(19.89, "en"), change(-1.2, "nl"), change(20, "en")
    ('+19.9%', '−1,2%', '+20%')
    """
    return ("+" if round(value, 1) > 0 else "") + pct(value, lang)


def place(value: float, lang: Lang) -> str:
    """
    Write a place in figures.

    Examples
    --------
    >>> place(3, "en"), place(11, "en"), place(22, "en"), place(3, "nl")
    ('3rd', '11th', '22nd', '3e')
    """
    count = int(value)
    if lang == "nl":
        return f"{count}e"
    ending = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def ordinal(value: float, lang: Lang) -> str:
    """
    Write a place in words up to the tenth, in figures from there.

    Examples
    --------
    >>> ordinal(3, "en"), ordinal(3, "nl"), ordinal(12, "en")
    ('third', 'derde', '12th')
    """
    words = ORDINALS[lang].split()
    return words[int(value) - 1] if 1 <= value <= len(words) else place(value, lang)


def partner(id: str, lang: Lang) -> str:
    """
    Give the name of a partner.

    Examples
    --------
    >>> partner("US", "nl")
    'Verenigde Staten'
    """
    return registry.partner(id).name(lang)


def several(parts: list[str], lang: Lang) -> str:
    """
    Join words to a list.

    Examples
    --------
    >>> several(["total trade", "imports", "exports"], "en"), several(["invoer", "uitvoer"], "nl")
    ('total trade, imports and exports', 'invoer en uitvoer')
    """
    joined = format_list(parts, locale=lang)
    return joined.replace(", and ", " and ")


def when(day: str, lang: Lang) -> str:
    """
    Write a date: a year, a year and month, or a season; other words stay as they are.

    Examples
    --------
    >>> when("2013-11", "nl"), when("2013", "nl"), when("autumn 2026", "nl"), when("early 2013", "en")
    ('november 2013', '2013', 'najaar 2026', 'early 2013')
    """
    season, _, year = day.partition(" ")
    if season in ("spring", "summer", "autumn", "winter"):
        return f"{label(season, lang)} {year}"
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", day):
        return day
    return format_date(date(int(day[:4]), int(day[5:]), 1), "MMMM y", locale=lang)


def months(span: tuple[int, int], lang: Lang) -> str:
    """
    Write the months from a first to a last one.

    Examples
    --------
    >>> months((1, 10), "en"), months((1, 7), "nl"), months((1, 1), "nl")
    ('January–October', 'januari–juli', 'januari')
    """
    names = get_month_names("wide", "stand-alone", locale=lang)
    return "–".join(dict.fromkeys(names[month] for month in span))


def ago(day: str, lang: Lang) -> str:
    """
    Say how long ago a day was.

    Examples
    --------
    >>> ago(str(date.today().replace(year=date.today().year - 3, day=1)), "nl")
    '3 jaar geleden'
    """
    return format_timedelta(date.fromisoformat(day) - date.today(), add_direction=True, locale=lang)


def named(id: str, lang: Lang) -> str:
    """
    Give the name of a partner as it stands in a sentence.

    Examples
    --------
    >>> named("US", "en"), named("GB", "nl"), named("RU", "en")
    ('the United States', 'het Verenigd Koninkrijk', 'Russia')
    """
    return registry.partner(id).named(lang)


def partners(ids: list[str], lang: Lang) -> str:
    """
    List the names of partners.

    Examples
    --------
    >>> partners(["US", "CN"], "nl")
    'de Verenigde Staten en China'
    """
    return several([named(id, lang) for id in ids], lang)


def label(id: str, lang: Lang) -> str:
    """
    Give the label of a flow, a concept, a verdict or a status.

    Examples
    --------
    >>> label("import", "nl")
    'invoer'
    """
    return registry.texts()[id].text(lang)


def start(id: str, lang: Lang) -> str:
    """
    Give a label as the first words of a sentence.

    Examples
    --------
    >>> start("import", "nl")
    'Invoer'
    """
    words = label(id, lang)
    return words[:1].upper() + words[1:]


def labels(ids: list[str], lang: Lang) -> str:
    """
    List several labels.

    Examples
    --------
    >>> labels(["import", "export"], "en")
    'imports and exports'
    """
    return several([label(id, lang) for id in ids], lang)


def figure(amount: tuple[str, float], lang: Lang) -> str:
    """
    Write an amount that says itself how it is written.

    Examples
    --------
    >>> figure(("meur", 7068), "en"), figure(("change", 10.4), "nl")
    ('€7,068m', '+10,4%')
    """
    how, value = amount
    return _WRITERS[how](value, lang)


def places(by_place: list[tuple[int, list[str]]], lang: Lang) -> str:
    """
    List places with the readings that give them.

    Examples
    --------
    >>> places([(3, ["import", "export"]), (4, ["total trade"])], "en")
    'third in imports and exports; fourth in total trade'
    """
    return "; ".join(text("place-in", lang, place=place, what=what) for place, what in by_place)


def cases(found: list[tuple[int, str, float]], lang: Lang) -> str:
    """
    List the places a partner could have, each with the partner it would change places with.

    Examples
    --------
    >>> cases([(2, "CN", 7647), (4, "CH", 5725)], "en")
    'second (China: €7,647m) or fourth (Switzerland: €5,725m)'
    """
    listed = [text("case", lang, place=place, partner=id, value=value) for place, id, value in found]
    return format_list(listed, style="or", locale=lang)


def text(id: str, lang: Lang, **values: Any) -> str:
    """
    Fill in a text of the registry.

    Parameters
    ----------
    id : str
        Entry of ``texts.toml``.
    lang : {"en", "nl"}
        Language.
    **values
        What the fields of the text stand for. Amounts are in million euro, shares and changes in percent.

    Returns
    -------
    str

    Examples
    --------
    >>> text("between", "en", best=2, worst=4)
    'between 2nd and 4th'
    """
    return _Filler(lang).vformat(registry.texts()[id].text(lang), (), values)


def note(id: str, lang: Lang) -> str:
    """Give a concept note of the registry."""
    return registry.notes()[id].text(lang)


_WRITERS: dict[str, Callable[[Any, Lang], str]] = {
    f.__name__: f
    for f in (
        number,
        meur,
        bn,
        pct,
        signed,
        change,
        place,
        ordinal,
        partner,
        named,
        partners,
        label,
        start,
        labels,
        figure,
        places,
        cases,
        ago,
    )
}


class _Filler(Formatter):
    """A `str.format` whose format specs are the writers of this module."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        return _WRITERS[format_spec](value, self.lang) if format_spec else str(value)


def _euro(figure: str, lang: Lang, en: str, nl: str) -> str:
    sign, figure = (MINUS, figure[1:]) if figure.startswith(MINUS) else ("", figure)
    return f"{sign}€{figure}{en}" if lang == "en" else f"{sign}€\N{NO-BREAK SPACE}{figure}\N{NO-BREAK SPACE}{nl}"
