"""What an Indonesian plate may say: ``[A-Z]{1,2} [0-9]{1,4} [A-Z]{0,3}``, and where each region's letters come from.

The first row holds the region, the number and the series; the second the month and year in which the
registration ends, smaller, and is no part of the plate's text. Sources: Perpol 7/2021 and its appendix as told by
Wikipedia ("Tanda Nomor Kendaraan Bermotor Indonesia"), with the codes of the new Papuan provinces of 2024.
Plates of the forces, of diplomats and of state offices follow other rules and are not read.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

LETTERS = string.ascii_uppercase
DIGITS = string.digits

REGIONS: Mapping[str, str] = {
    "A": "Banten",
    "AA": "Kedu (Magelang, Purworejo, Kebumen, Temanggung, Wonosobo)",
    "AB": "DI Yogyakarta",
    "AD": "Surakarta (Sukoharjo, Boyolali, Sragen, Karanganyar, Wonogiri, Klaten)",
    "AE": "Madiun",
    "AG": "Kediri",
    "B": "Jakarta, Depok, Tangerang, Bekasi",
    "BA": "Sumatera Barat",
    "BB": "Sumatera Utara (Tapanuli)",
    "BD": "Bengkulu",
    "BE": "Lampung",
    "BG": "Sumatera Selatan",
    "BH": "Jambi",
    "BK": "Sumatera Utara (timur)",
    "BL": "Aceh",
    "BM": "Riau",
    "BN": "Bangka Belitung",
    "BP": "Kepulauan Riau",
    "D": "Bandung",
    "DA": "Kalimantan Selatan",
    "DB": "Sulawesi Utara",
    "DC": "Sulawesi Barat",
    "DD": "Sulawesi Selatan (selatan)",
    "DE": "Maluku",
    "DG": "Maluku Utara",
    "DH": "Nusa Tenggara Timur (Timor)",
    "DK": "Bali",
    "DL": "Sulawesi Utara (kepulauan)",
    "DM": "Gorontalo",
    "DN": "Sulawesi Tengah",
    "DP": "Sulawesi Selatan (utara)",
    "DR": "Nusa Tenggara Barat (Lombok)",
    "DS": "Papua (until 2016)",
    "DT": "Sulawesi Tenggara",
    "DW": "Sulawesi Selatan (timur)",
    "E": "Cirebon, Indramayu, Majalengka, Kuningan",
    "EA": "Nusa Tenggara Barat (Sumbawa)",
    "EB": "Nusa Tenggara Timur (Flores)",
    "ED": "Nusa Tenggara Timur (Sumba)",
    "F": "Bogor, Sukabumi, Cianjur",
    "G": "Pekalongan, Tegal, Brebes, Batang, Pemalang",
    "H": "Semarang",
    "K": "Pati, Kudus, Jepara, Rembang, Blora, Grobogan",
    "KB": "Kalimantan Barat",
    "KH": "Kalimantan Tengah",
    "KT": "Kalimantan Timur",
    "KU": "Kalimantan Utara",
    "L": "Surabaya",
    "M": "Madura",
    "N": "Malang, Pasuruan, Probolinggo, Lumajang",
    "P": "Besuki (Jember, Banyuwangi, Bondowoso, Situbondo)",
    "PA": "Papua",
    "PB": "Papua Barat",
    "PG": "Papua Pegunungan",
    "PS": "Papua Selatan",
    "PT": "Papua Tengah",
    "PY": "Papua Barat Daya",
    "R": "Banyumas, Cilacap, Purbalingga, Banjarnegara",
    "S": "Bojonegoro, Mojokerto, Tuban, Lamongan, Jombang",
    "T": "Purwakarta, Karawang, Subang",
    "W": "Sidoarjo, Gresik",
    "Z": "Garut, Tasikmalaya, Sumedang, Ciamis, Banjar, Pangandaran",
}
"""Region letters and what they stand for. Used to refuse what cannot be a plate, never to make one likelier."""

MOST_REGION, MOST_NUMBER, MOST_SERIES = 2, 4, 3

LETTER_FOR_DIGIT: Mapping[str, str] = {
    "0": "OQD", "1": "IL", "2": "Z", "3": "B", "4": "A", "5": "S", "6": "G", "7": "T", "8": "BO", "9": "G",
}  # fmt: skip
DIGIT_FOR_LETTER: Mapping[str, str] = {
    "A": "4", "B": "8", "C": "0", "D": "0", "G": "60", "I": "1", "J": "1", "L": "1", "O": "0", "Q": "0", "S": "5",
    "T": "7", "U": "0", "Z": "2",
}  # fmt: skip
"""What a reader takes one for the other; applied by the slot a character stands in, and never across it."""

_SMALL = frozenset({"car", "van", "minibus", "angkot"})
_LARGE = frozenset({"bus", "truck"})
BANDS: tuple[tuple[int, int, frozenset[str]], ...] = (
    (1, 2999, _SMALL),
    (3000, 6999, frozenset({"motorcycle"})),
    (7000, 7999, _LARGE | _SMALL),
    (8000, 9999, _LARGE | _SMALL),
)
"""Numbers by kind of vehicle, as the detector names it: a lorry's front is "bus" to it, a pick-up or box van "car".

Habit, not proof: the cities number motorcycles below 3000 too, and a taxi may stand anywhere.
"""

_SHAPE = re.compile(r"([A-Z]{1,2})([0-9]{1,4})([A-Z]{0,3})")


@dataclass(frozen=True, slots=True)
class PlateText:
    """A plate's first row in its three groups; ``str()`` has no spaces, ``spaced`` is how people write it."""

    region: str
    number: str
    series: str

    def __str__(self) -> str:
        return self.region + self.number + self.series

    @property
    def spaced(self) -> str:
        return " ".join(part for part in (self.region, self.number, self.series) if part)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Characters in each group."""
        return len(self.region), len(self.number), len(self.series)

    @property
    def is_known_region(self) -> bool:
        return self.region in REGIONS


def plate_parse(text: str) -> PlateText | None:
    """The groups of ``text`` (spaces, dots and dashes ignored), or None when no plate can say that."""
    match = _SHAPE.fullmatch(re.sub(r"[\s.·\-]", "", text.upper()))
    if match is None or match[2].startswith("0"):
        return None
    return PlateText(match[1], match[2], match[3])


def fits_vehicle(plate: PlateText, vehicle: str | None) -> bool:
    """Whether the number lies in the band of that kind of vehicle; True where nothing is known of it."""
    known = {name for _, _, names in BANDS for name in names}
    if vehicle not in known:
        return True
    number = int(plate.number)
    return any(low <= number <= high and vehicle in names for low, high, names in BANDS)
