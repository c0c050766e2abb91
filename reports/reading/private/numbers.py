"""[core] Numbers that lead to a person: telephone, NIK and other papers, bank accounts.

Numbers that are none of it are taken out first: dates, times, money, RT/RW, coordinates.
What is left is compared with the forms these numbers are written in; a number that could
be anything counts only behind a word that says what it is ("WA", "rek", "KTP").

Sources of the forms: mobile numbers are 08 and an operator's digit, 10 to 13 digits in all
(Rencana Dasar Teknis, Permenkominfo 14/2018); NIK is six digits of the region, the day (women: plus 40), month and
year of birth and a running number (Permendagri on Adminduk, PP 40/2019 art. 37).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reports.reading.private.kinds import Kind, Span, blanked

_S = r"[ \t().,\-_/·]{0,4}"
"""What may stand between two digits of one number."""
_T = r"[ .\-]{0,2}"

_ORDINARY = re.compile(
    "|".join(
        (
            r"(?<!\d)(?<!\d[-/.])(?:0?[1-9]|[12]\d|3[01])(?P<s>[-/.])(?:0?[1-9]|1[0-2])(?P=s)(?:(?:19|20)\d\d|\d\d)(?![-/.]?\d)",
            r"(?<!\d)(?:19|20)\d\d(?P<t>[-/.])(?:0?[1-9]|1[0-2])(?P=t)(?:0?[1-9]|[12]\d|3[01])(?!\d)",
            r"\b(?:jam|pukul|pkl|pk)\W{0,3}\d{1,2}(?:[.:]\d{2}){0,2}(?:\W{0,3}(?:s/?d|sampai|hingga)?\W{0,3}\d{1,2}[.:]\d{2})?",
            r"(?<!\d)\d{1,2}[.:]\d{2}(?:\s?(?:-|–|s/d|sampai|hingga)\s?\d{1,2}[.:]\d{2})?\s?(?:wib|wit|wita|am|pm)\b",
            r"(?<!\d)\d{1,2}[.:]\d{2}\s?(?:-|s/d)\s?\d{1,2}[.:]\d{2}(?![.:\-]?\d)",
            r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)",
            r"\b(?:uu|pp|perda|pergub|kepgub|perpres|sk|no)\W{0,3}\d{1,4}/(?:19|20)\d\d(?!\d)",
            r"\brp\W{0,2}\d[\d.,]{0,18}",
            r"\brt\W{0,3}\d{1,3}(?:\W{1,3}(?:rw\W{0,3})?\d{1,3}(?!\d))?",
            r"\brw\W{0,3}\d{1,3}(?!\d)",
            r"(?<!\d)-?\d{1,3}\.\d{3,}\s{0,2}[,;]\s{0,2}-?\d{1,3}\.\d{3,}",
        )
    ),
    re.IGNORECASE,
)
_LETTER_O = re.compile(r"(?:(?<=\d)|(?<=\d[ .\-]))[oO](?=[ .\-]?\d|(?![^\W_]))|(?<![^\W\d_])[oO](?=8[1235789][\d ])")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write such a number; the group ``n`` is what is masked."""

    kind: Kind
    pattern: re.Pattern[str]


def _form(kind: Kind, source: str) -> Form:
    return Form(kind, re.compile(source, re.IGNORECASE))


_CALL = (
    r"hp|no ?hp|handphone|hape|telp|tlp|tlpn|telpon|telepon|telephone|tel|phone|wa|whatsapp|whats app|hub|hubungi|"
    r"kontak|contact|cp|call|sms|fax|(?:no|nomor|nomer|nmr)\W{0,2}(?:saya|sy|kami|dia)"
)
_BANK = (
    r"bca|bri|bni|mandiri|btn|bsi|cimb(?: niaga)?|permata|danamon|bank mega|panin|ocbc|maybank|muamalat|"
    r"bank jago|jenius|seabank|bank dki|dana|ovo|go-?pay|shopee ?pay|link ?aja"
)
_OWN = r"(?:\W{0,3}\b(?:no|nomor|nmr|nya|saya|sy|dia|atas nama|sim|ini|adalah|a|b|c)\b){0,4}"
_PAPER = r"e?-?ktp|nik|kk|kartu keluarga|sim|npwp|paspor|passport|bpjs|nip|nrp|kitas|id ?pel(?:anggan)?|nopel"

_NIK = _form(Kind.IDENTITY, rf"(?<!\d)(?P<n>\d(?:{_T}\d){{15}})(?!\d)")
_FORMS = (
    _form(
        Kind.PHONE,
        rf"(?<![\d+])(?P<n>(?:\(?\+?62\)?{_S}0?|0062{_S}|\(?0)\)?{_S}8{_S}[1235789](?:{_S}\d){{6,10}})(?!\d)",
    ),
    _form(Kind.PHONE, r"(?<![\d.,+/])(?P<n>8[1235789]\d[ .\-]?\d{3,4}[ .\-]?\d{3,5})(?![\d/])"),
    _form(Kind.PHONE, rf"(?<![\d+])(?P<n>\+\d{{1,3}}(?:{_S}\d){{7,12}})(?!\d)"),
    _form(
        Kind.PHONE,
        rf"(?<![\d.,+/\-])(?P<n>\(?(?:\+?62{_T}|0)(?:21|2[2-9]\d?|3[1-8]\d?|4\d\d|5\d\d|6\d\d|7\d\d|9\d\d)\)?{_T}\d{{3,4}}{_T}\d{{3,5}})(?!\d)",
    ),
    _form(
        Kind.ACCOUNT,
        rf"\b(?:rek|reks|rekening|norek|a/c|virtual account|va)\b[^\d\n]{{0,30}}(?P<n>\d(?:{_T}\d){{5,19}})(?!\d)",
    ),
    _form(Kind.ACCOUNT, rf"\b(?:{_BANK})\b[^\d\n]{{0,15}}(?P<n>\d(?:{_T}\d){{7,17}})(?!\d)"),
    _form(Kind.ACCOUNT, rf"(?<!\d)(?P<n>\d(?:[ .\-]?\d){{7,17}})\W{{0,3}}(?:bank )?(?:{_BANK})\b"),
    _form(Kind.IDENTITY, rf"\b(?:{_PAPER})\b{_OWN}\W{{0,4}}(?P<n>[A-Z]{{0,2}}\d(?:[ .\-/]{{0,2}}\d){{5,20}})(?!\d)"),
    _form(
        Kind.PHONE,
        rf"\b(?:{_CALL})\b[^\d\n]{{0,25}}(?P<n>\d(?:{_S}\d){{6,13}})(?!\d)(?!\s?(?:rupiah|ribu|juta|meter|orang|kk)\b)",
    ),
    _form(
        Kind.PHONE,
        r"\b(?P<n>(?:(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan)\b[\s,.\-]{0,3}){8,14})",
    ),
)
_LONG = _form(Kind.IDENTITY, r"(?<![\d.,/])(?P<n>\d{13,19}|\d{4}(?:[ \-]\d{4}){3})(?!\d)")
_PUBLIC = re.compile(r"1(?:4\d{3}|500\d{3}|1\d|708)")
"""Numbers of services, as 14045, 1500-678 or 112."""


def find(plain: str) -> Iterator[Span]:
    """The numbers of ``plain`` that lead to a person; spans may meet, the earlier given counts."""
    text = _digits_only_where_meant(plain)
    for found in _NIK.pattern.finditer(text):
        if plausible_nik(_digits(found["n"])):
            yield Span(*found.span("n"), Kind.IDENTITY)
    for form in _FORMS:
        for found in form.pattern.finditer(text):
            if not _PUBLIC.fullmatch(_digits(found["n"])):
                yield _trimmed(found, form.kind)
    unlinked = _LINK.sub(blanked, text)
    for found in _LONG.pattern.finditer(unlinked):
        yield Span(*found.span("n"), Kind.IDENTITY)


def _trimmed(found: re.Match[str], kind: Kind) -> Span:
    """Without blanks and marks at its end."""
    start, end = found.span("n")
    return Span(start, start + len(found["n"].rstrip(" \t\n,.-")), kind) if end > start else Span(start, end, kind)


def _digits_only_where_meant(plain: str) -> str:
    """``plain`` with the letter O as nought inside numbers, and ordinary numbers blanked out.

    As long as before, so that places stay.
    """
    text = _LETTER_O.sub("0", plain)
    return _ORDINARY.sub(blanked, text)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


_PROVINCES = frozenset(
    [*range(11, 22), *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 98)]
)


def plausible_nik(digits: str) -> bool:
    """Whether sixteen digits can be a NIK: a province there is, a regency, a district, and a day and month of birth."""
    if len(digits) != 16:
        return False
    province, regency, district, day, month = (int(digits[i : i + 2]) for i in (0, 2, 4, 6, 8))
    born = 1 <= (day - 40 if day > 40 else day) <= 31 and 1 <= month <= 12
    return province in _PROVINCES and 1 <= regency <= 79 and 1 <= district <= 99 and born
