"""The shape of each entry of the registry: what a table, a partner, a product, a claim is."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Generic, Literal, NamedTuple, TypeVar, get_args

import msgspec

from nltrade.errors import UnknownName

Lang = Literal["en", "nl"]
Kind = Literal["goods", "services"]
Flow = Literal[
    "import",
    "export",
    "re-export",
    "domestic export",
    "total trade",
    "quasi-transit import",
    "quasi-transit export",
]
OfSector = Literal["import", "export", "re-export", "domestic export"]
Freq = Literal["A", "Q", "M"]
Coverage = Literal["direct", "proxy", "none"]
Classes = Literal["SITC", "HS", "BPM6", "BPM5"]
Operator = Literal[
    "just above", "rounds to", "at least", "more than", "at most", "less than", "is", "in the top"
]
Among = Literal["outside EU", "inside EU", "all"]
Whole = Literal["all products", "all partners", "export"]
LANGS: tuple[Lang, ...] = get_args(Lang)
FLOWS: tuple[Flow, ...] = get_args(Flow)


def known_lang(lang: str) -> Lang:
    """Check a language; an unknown one is an error that lists the two."""
    for each in LANGS:
        if lang == each:
            return each
    raise UnknownName(f"No language {lang!r}. Texts are in {' and '.join(LANGS)}.")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a registry file, known by its id."""

    id: str

    def _in(self, lang: Lang, stem: str = "") -> str:
        """Give what is told in both languages, such as `about_` in `about_en` and `about_nl`."""
        told: str | None = getattr(self, stem + known_lang(lang))
        return told or ""


class Text(Entry, frozen=True, kw_only=True):
    """A text in both languages: a concept note, a label or a sentence to fill in."""

    en: str
    nl: str

    def text(self, lang: Lang) -> str:
        """Give the text in one language."""
        return self._in(lang)


class Event(Text, frozen=True, kw_only=True):
    """Something that happened in a year, to mark in a chart of the trade with a partner."""

    partner: str
    year: int
    sectors: bool = False


class Partner(Entry, frozen=True, kw_only=True):
    """
    A country, a group or a residual that trade is published for, with its key in each CBS table.
    """

    kind: Literal["country", "group", "residual", "reporter"]
    en: str | None = None
    nl: str | None = None
    article: Literal["de", "het", "the"] | None = None
    holds: Literal["countries", "unallocated", "no country"] | None = None
    eu: bool | None = None
    eu_from: date | None = None
    eu_until: date | None = None
    euro_from: date | None = None
    changes: list[str] = []
    iso: list[str] = []
    also: list[str] = []
    keys: dict[str, str] = {}

    def name(self, lang: Lang = "en") -> str:
        """Give the name for display: from the registry, else from Babel by ISO code."""
        return self._in(lang) or _territories(lang)[self.id]

    def named(self, lang: Lang = "en") -> str:
        """Give the name as it stands in a sentence, with its article if it takes one."""
        if self.article is None or (self.article == "the" and lang == "nl"):
            return self.name(lang)
        return f"{self.article if lang == 'nl' else 'the'} {self.name(lang)}"


class Product(Text, frozen=True, kw_only=True):
    """A product: all goods, a SITC section, division or group, or a class of services."""

    kind: Kind
    level: int
    keys: list[str]


class Sector(Text, frozen=True, kw_only=True):
    """A sector as a document names it: the classes that show it, and how well they do."""

    group: Text
    wording: str
    goods: list[str] = []
    services: list[str] = []
    goods_coverage: Coverage
    services_coverage: Coverage
    about_en: str
    about_nl: str
    flows: list[OfSector] = []
    date: Annotated[str, msgspec.Meta(pattern=r"^\d{4}(-(0[1-9]|1[0-2]))?$")] | None = None
    bpm5: list[str] = []
    hs: list[str] = []
    hs_parts: list[str] = []
    hs_coverage: Coverage = "none"
    hs_en: str = ""
    hs_nl: str = ""

    def about(self, lang: Lang) -> str:
        """Say what the classes leave out or take in too much, or why nothing shows the sector."""
        return self._in(lang, "about_")

    def about_chapters(self, lang: Lang) -> str:
        """Say the same of the HS chapters."""
        return self._in(lang, "hs_")

    def codes(self, kind: Kind) -> list[str]:
        """Give the codes that show the sector in goods or in services."""
        return self.goods if kind == "goods" else self.services

    def codes_in(self, classes: Classes) -> list[str]:
        """
        Give the codes of one classification; where it has none of services, those of the other
        edition.
        """
        own = {"SITC": self.goods, "HS": self.hs, "BPM6": self.services}
        return self.bpm5 or self.services if classes == "BPM5" else own[classes]

    def coverage(self, kind: Kind) -> Coverage:
        """Tell how well they do."""
        return self.goods_coverage if kind == "goods" else self.services_coverage


class Published(Text, frozen=True, kw_only=True):
    """A figure that someone published, with the SITC codes that would check it."""

    partner: str
    flow: Flow
    period: str
    value_meur: float
    precision_meur: float
    operator: Operator
    publisher: str
    via: str
    address: Annotated[str, msgspec.Meta(pattern="^https?://")]
    codes: list[str] = []
    wording: str | None = None
    same_as: str | None = None
    remark_en: str | None = None
    remark_nl: str | None = None

    def remark(self, lang: Lang) -> str:
        """
        Say which definition or concept is another than that of CBS's tables; empty where nothing is
        known.
        """
        return self._in(lang, "remark_")


class Break(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A change of method between two periods of one table."""

    before: str
    after: str
    note: str


class Table(Text, frozen=True, kw_only=True):
    """A table of CBS or of UN Comtrade: what it counts, over which periods, in which columns."""

    source: Literal["CBS", "Comtrade"] = "CBS"
    kind: Kind
    concept: str
    detail: str
    detail_nl: str = ""
    first: str
    last: str
    unit: str
    status: str
    partner: str
    period: str
    codes: str
    product: str | None = None
    direction: str | None = None
    measures: dict[str, Flow] = {}
    flows: dict[str, Flow] = {}
    breaks: list[Break] = []
    successor: str | None = None
    definitive_until: str | None = None
    keys_of: str | None = None
    groups_only: bool = False
    topic_group: str | None = None
    v4: bool = False
    partners: dict[str, str] = {}
    products: dict[str, str] = {}
    freqs: list[Freq] = []

    @property
    def classes(self) -> Classes:
        """The classification of its products: no sum mixes two of them."""
        if self.source == "Comtrade" and "HS" in self.codes:
            return "HS"
        if self.kind == "services":
            return "BPM5" if "BPM5" in self.concept else "BPM6"
        return "SITC"

    @property
    def note(self) -> str:
        """Id of the note on the concept: the concept, without the edition of the manual."""
        return self.concept.partition(" (")[0].replace(" ", "-")

    @property
    def dimensions(self) -> list[str]:
        """Columns that hold keys, in the order CBS gives them."""
        return [name for name in (self.partner, self.product, self.direction, self.period) if name]

    def covers(self, period: str) -> bool:
        """Tell whether a period lies in the span of this table."""
        return self.first <= period[:4] <= self.last


class Document(Entry, frozen=True, kw_only=True):
    """Where a reported figure was read: in which language, and who published it, named in both."""

    title: str
    publisher: str
    date: str
    lang: Annotated[str, msgspec.Meta(pattern="^([a-z]{2,3})?$")] = ""
    publisher_nl: str = ""
    address: Annotated[str, msgspec.Meta(pattern="^https?://")] | None = None

    def by(self, lang: Lang) -> str:
        """Name who published it; in Dutch by its Dutch name, where it has one."""
        return (self.publisher_nl if lang == "nl" else "") or self.publisher


class Claim(Text, frozen=True, kw_only=True):
    """A reported figure: what was written, where, and what it asserts."""

    wording: str
    document: Document
    also: list[Document] = []
    measure: Literal["value", "share", "growth", "place"]
    flow: Literal["import", "export", "re-export", "domestic export", "total trade", "balance"]
    partner: str
    year: int
    operator: Operator
    threshold: float
    product: str = "TOTAL"
    of: Whole = "all products"
    among: Among = "outside EU"
    upto: float | None = None
    precision: float | None = None
    behind: list[str] = []
    note: str | None = None


E = TypeVar("E", bound=Entry)


class File(NamedTuple, Generic[E]):
    """A file with sections: its entries and, where they name others by their ids, those."""

    section: str
    entry: type[E]
    named: str | None = None
    named_entry: type[Entry] = Entry
    one: str | None = None  # the field of an entry that names another
    several: str | None = None  # the field that names some of them


CLAIMS = File("claims", Claim, "documents", Document, one="document", several="also")
SECTORS = File("sectors", Sector, "groups", Text, one="group")
PUBLISHED = File("published", Published)


@cache
def _territories(lang: Lang) -> Mapping[str, str]:
    from babel import Locale  # costs as much as the rest of this module; only names need it

    return Locale.parse(lang).territories
