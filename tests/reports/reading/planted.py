"""Made-up reports with personal data planted in them, and reports without any: what masking is measured with.

The lists (``planted.toml``) are the tests' own. A third of the names stands in no table of the masker's (from Batak to
Bali to Chinese, misspelt and rare ones), and no sentence is one of a real report.
"""

from __future__ import annotations

import random
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reports.reading.private import Kind

SEED = 20170220
WORDS: dict[str, list[str]] = tomllib.loads((Path(__file__).parent / "planted.toml").read_text(encoding="utf-8"))

Datum = tuple[str, str]
"""How it is written, and what of it nobody may read."""


@dataclass(frozen=True)
class Planted:
    text: str
    secrets: tuple[tuple[Kind, str], ...]


class Sower:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one_of(self, *choices: str) -> str:
        return self.random.choice(choices)

    def sometimes(self, share: float) -> bool:
        return self.random.random() < share

    def digits(self, count: int, first: str = "0123456789") -> str:
        return self.random.choice(first) + "".join(self.random.choice("0123456789") for _ in range(count - 1))

    # -- Numbers -----------------------------------------------------------------------

    def mobile(self) -> Datum:
        number = self.random.choice(WORDS["operators"]) + self.digits(self.random.choice([6, 7, 8, 9]))
        first, second = self.random.choice([(3, 7), (3, 6), (4, 8), (2, 5)])
        parts = [number[:first], number[first:second], number[second:]]
        separator = self.one_of("", "", "", " ", "-", ".", " - ", "/")
        prefix = self.one_of("0", "0", "0", "+62", "+62 ", "62", "+62-", "(+62)", "wa.me/62")
        written = prefix + separator.join(part for part in parts if part)
        if self.sometimes(0.06):
            written = self.one_of(" ", ".", "-").join("0" + number)
        return self._hidden(written), number

    def _hidden(self, written: str) -> str:
        """Now and then as people write it who hide it from programs."""
        if self.sometimes(0.04):
            return written.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        return f"{written[:6]}\u200b{written[6:]}" if self.sometimes(0.03) else written

    def landline(self) -> Datum:
        number = self.digits(7, "345678") + self.one_of("", self.digits(1))
        forms = f"(021) {number}", f"021-{number}", f"021 {number[:3]} {number[3:]}", f"021{number}", f"+62 21 {number}"
        return self.one_of(*forms), number

    def nik(self) -> Datum:
        draw = self.random
        region = f"{draw.choice(['317', '327', '367', '331'])}{draw.randint(1, 5)}{draw.randint(1, 20):02d}"
        born = f"{draw.randint(1, 28) + draw.choice([0, 40]):02d}{draw.randint(1, 12):02d}{draw.randint(50, 99)}"
        number = region + born + f"{draw.randint(1, 9999):04d}"
        step = draw.choice([4, 6, 16])
        return self.one_of("", " ", ".", "-").join(number[i : i + step] for i in range(0, 16, step)), number

    def paper(self) -> Datum:
        number = self.digits(self.random.choice([12, 13, 14]), "123456789")
        named = "no KTP {}", "SIM {}", "BPJS: {}", "NPWP {}", "ktp saya {}", "No. KK {}", "kartu keluarga nomor {}"
        return self.one_of(*named).format(number), number

    def account(self) -> Datum:
        number = self.digits(self.random.choice([10, 10, 12, 13, 15]), "1234567")
        forms = number, number, f"{number[:3]}-{number[3:7]}-{number[7:]}", f"{number[:4]} {number[4:8]} {number[8:]}"
        named = "rek {b} {n}", "rekening {b} no {n}", "{b} {n}", "no rek {n}", "norek: {n}", "{n} ({b})", "{b}: {n}"
        return self.one_of(*named).format(n=self.one_of(*forms), b=self.random.choice(WORDS["banks"])), number

    def plate(self) -> Datum:
        region = self.random.choice(WORDS["regions"])
        digits = str(self.random.randint(10, 9999) if self.sometimes(0.95) else self.random.randint(1, 9))
        tail = "".join(self.random.choice("ABCDEFGHJKLPQRSTUVWXYZ") for _ in range(self.random.choice([1, 2, 3, 3, 3])))
        form = self.one_of("{} {} {}", "{} {} {}", "{}{}{}", "{}-{}-{}", "{} {}{}", "{}.{}.{}", "{}{} {}")
        written = form.format(region, digits, tail)
        if self.sometimes(0.3):
            written = self.one_of("plat ", "nopol ", "mobil ", "motor ", "plat nomor ") + written.lower()
        return written, region + digits + tail

    # -- On the network ------------------------------------------------------------------

    def email(self) -> Datum:
        local = f"{self.given().lower()}{self.one_of('', '.', '_')}{self.one_of(self.digits(2), 's', self.family())}"
        host = f"{self.random.choice(WORDS['hosts'])}.{self.one_of('com', 'co.id', 'id', 'net')}"
        plain = (
            f"{local}@{host}",
            f"{local}@{host}",
            f"{local}+jkt@{host}",
            f"{local}@mail.{host}",
            f"{local}@{host}".upper(),
        )
        hidden = f"{local}(at){host.split('.')[0]}(dot)com", f"{local} [at] gmail [dot] com", f"{local} @ gmail.com"
        return self.one_of(*(hidden if self.sometimes(0.25) else plain)), local

    def handle(self) -> Datum:
        name = self.given().lower() + self.one_of("_", ".", "") + self.one_of(self.digits(2), "official", "_jkt", "x9")
        if self.sometimes(0.6):
            return "@" + name, name
        marked = name if re.search(r"[._\d]", name) else f"{name}_1"
        named = (
            "IG: {}",
            "ig {}",
            "twitter {}",
            "instagram.com/{}",
            "fb: {}",
            "telegram @{}",
            "tiktok.com/@{}",
            "t.me/{}",
        )
        return self.one_of(*named).format(marked), marked

    # -- Names ---------------------------------------------------------------------------

    def given(self) -> str:
        return self.random.choice(WORDS["rare_names" if self.sometimes(0.34) else "known_names"])

    def family(self) -> str:
        return self.random.choice(WORDS["families"])

    def name(self) -> Datum:
        first = self.given()
        whole = self.one_of(first, first, f"{first} {self.family()}", f"{first} {self.random.choice('ABDHMRS')}.")
        lead = self.random.choice(WORDS["salutations"] if self.sometimes(0.85) else WORDS["introductions"])
        if self.sometimes(0.06):
            return f"{lead} {whole}".upper(), first.upper()
        if self.sometimes(0.06) and first in WORDS["known_names"] and lead[-1] not in ".:":
            return f"{lead} {whole}".lower(), first.lower()
        return f"{lead} {whole}", first


MAKERS: dict[Kind, tuple[Callable[[Sower], Datum], ...]] = {
    Kind.PHONE: (Sower.mobile, Sower.mobile, Sower.mobile, Sower.landline),
    Kind.EMAIL: (Sower.email,),
    Kind.IDENTITY: (Sower.nik, Sower.nik, Sower.paper),
    Kind.ACCOUNT: (Sower.account,),
    Kind.PLATE: (Sower.plate,),
    Kind.HANDLE: (Sower.handle,),
    Kind.NAME: (Sower.name,),
}
LEADS = {
    Kind.PHONE: ["hub {}", "WA {}", "telp {}", "{}", "hp saya {}", "no. {} ya", "bisa dihubungi di {}", "call/wa:{}"],
    Kind.EMAIL: ["email {}", "{}", "surel: {}", "kirim ke {}"],
    Kind.IDENTITY: ["NIK {}", "{}", "nik saya: {}", "data: {}"],
    Kind.ACCOUNT: ["transfer ke {}", "{}", "katanya bayar ke {}"],
    Kind.PLATE: ["pelakunya {}", "{}", "mobil hitam {}", "motor {} parkir", "lihat {} itu"],
    Kind.HANDLE: ["cc {}", "{}", "lihat {}", "mention {} ya"],
    Kind.NAME: ["kata {}", "{} yang parkir", "sudah bilang {}", "{}", "milik {}"],
}
FRAMES = (
    "{problem} {place}, {data}. {end}",
    "{data} {problem} {place}",
    "{problem}. {data}",
    "Lapor: {problem} {place} ({data}) {end}",
    "{end}, {problem}\n{data}\n{place}",
    "#{tag} {problem} {place} {data} #{tag}",
)


def planted(count: int, seed: int = SEED) -> Iterator[Planted]:
    """``count`` texts with one to three pieces of personal data each, of every kind in turn."""
    sower = Sower(seed)
    kinds = list(MAKERS)
    for number in range(count):
        chosen = [kinds[number % len(kinds)], *(k for k in sower.random.sample(kinds, 2) if sower.sometimes(0.25))]
        data = [(kind, *sower.random.choice(MAKERS[kind])(sower)) for kind in chosen]
        text = sower.one_of(*FRAMES).format(
            problem=sower.random.choice(WORDS["problems"]),
            place=sower.random.choice(WORDS["places"]),
            end=sower.random.choice(WORDS["ends"]),
            tag=sower.one_of("banjir", "qlue", "tolong"),
            data=", ".join(sower.one_of(*LEADS[kind]).format(written) for kind, written, _ in data),
        )
        yield Planted(text, tuple((kind, secret) for kind, _, secret in data))


def ordinary(count: int, seed: int = SEED + 1) -> Iterator[str]:
    """Reports without personal data, full of numbers, offices, streets and capitals."""
    draw = random.Random(seed)
    for _ in range(count):
        said = draw.choice(WORDS["plain" if draw.random() < 0.3 else "problems"])
        parts = [said, *(draw.choice(WORDS[kind]) for kind in ("speech", "numbers", "ends"))]
        draw.shuffle(parts)
        yield draw.choice([", ", " ", ". ", "\n"]).join(parts)


def can_be_read(kind: Kind, secret: str, text: str) -> bool:
    """Whether the datum still stands in ``text``; a number however it is spaced, a name as a word of its own."""
    if kind is Kind.NAME:
        return re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", text, re.IGNORECASE) is not None
    return bare(secret) in bare(text)


def bare(text: str) -> str:
    """Digits and letters alone, as small plain ones: what a reader would still make out."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
