"""What the checks of water say: Indonesian first."""

from __future__ import annotations

from dataclasses import replace

from analytics.checks.words import figure_id, percent_id
from analytics.verdict import Reason


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


PLAINLY = 0.05
"""Share under which nobody would speak of water."""

WITHOUT_ZONE = (
    ("zona sungai", "gambar"),
    ("zona", "gambar"),
    ("the river zone", "the picture"),
    ("the zone", "the picture"),
)


def of_the_picture(reason: Reason) -> Reason:
    """The sentence where no zone is drawn and the whole picture was looked at."""
    said_id, said_en = reason.id, reason.en
    for zone, picture in WITHOUT_ZONE:
        said_id, said_en = said_id.replace(zone, picture), said_en.replace(zone, picture)
        said_id = said_id.replace(zone.capitalize(), picture.capitalize())
    return replace(reason, id=said_id, en=said_en)


def flooded_road(share: float, waders: int) -> Reason:
    also_id = f"; {waders} orang atau kendaraan berdiri di air" if waders else ""
    also_en = f"; {waders} people or vehicles stand in it" if waders else ""
    return Reason(
        "road_flooded",
        f"Air menutupi {percent_id(share)} bagian jalan yang terlihat{also_id}",
        f"Water covers {_percent(share)} of what is seen of the road{also_en}",
    )


def ground_under(share: float) -> Reason:
    return Reason(
        "road_flooded",
        f"Permukaan jalan yang biasa terlihat hilang di {percent_id(share)} bagiannya, tertutup permukaan yang bergerak"
        " seperti air",
        f"The road's usual surface is gone in {_percent(share)} of it, under a surface that moves as water does",
    )


def one_picture(share: float) -> Reason:
    return Reason(
        "still",
        f"Satu gambar: {percent_id(share)} zona tampak seperti air; jalan basah dapat tampak sama",
        f"One picture: {_percent(share)} of the zone looks like water; a wet road may look alike",
    )


def calm_surface(share: float) -> Reason:
    return Reason(
        "calm_surface",
        f"{percent_id(share)} zona tampak seperti air tetapi permukaannya diam: genangan tenang atau aspal basah",
        f"{_percent(share)} of the zone looks like water, but its surface is still: calm water or wet asphalt",
    )


def flooded_view(share: float, waders: int) -> Reason:
    return Reason(
        "view_flooded",
        f"Air menutupi {percent_id(share)} gambar; {waders} orang atau kendaraan berdiri di air",
        f"Water covers {_percent(share)} of the picture; {waders} people or vehicles stand in it",
    )


def view_undecided(share: float) -> Reason:
    return Reason(
        "no_dry_ground_known",
        f"Sekitar {percent_id(share)} gambar tampak seperti air; tanpa zona tidak diketahui mana yang biasanya kering",
        f"About {_percent(share)} of the picture looks like water; without a zone nobody knows what is usually dry",
    )


def dry(share: float) -> Reason:
    return Reason(
        "dry",
        f"Tidak ada genangan: air hanya {percent_id(share)} dari zona sepanjang rekaman",
        f"No standing water: it covers {_percent(share)} of the zone all through the footage",
    )


def moves_like_water(share: float) -> Reason:
    return Reason(
        "moves_like_water",
        f"Hanya {percent_id(share)} zona tampak seperti air, tetapi permukaannya bergerak seperti air: perlu dilihat",
        f"Only {_percent(share)} of the zone looks like water, but its surface moves as water does: to be looked at",
    )


def as_on_dry_days(share: float, usual: float) -> Reason:
    return Reason(
        "as_on_dry_days",
        f"Permukaan jalan terlihat seperti pada hari kering: {percent_id(share)} tampak seperti air, "
        f"biasanya {percent_id(usual)}",
        f"The ground shows as on dry days: {_percent(share)} looks like water, usually {_percent(usual)}",
    )


def as_wet_on_dry_days(share: float) -> Reason:
    return Reason(
        "as_wet_on_dry_days",
        f"{percent_id(share)} zona tampak seperti air, tetapi sebagian besar tampak begitu juga pada hari kering",
        f"{_percent(share)} of the zone looks like water, but most of it does on dry days, too",
    )


def driven_over(share: float) -> Reason:
    return Reason(
        "driven_over",
        f"{percent_id(share)} zona tampak seperti air, tetapi kendaraan lewat tanpa menimbulkan riak: tidak tergenang",
        f"{_percent(share)} of the zone looks like water, but vehicles drive over it without a ripple: not flooded",
    )


def borderline(share: float) -> Reason:
    """Of ground that looks dry nothing is said of water: what is not certain is that there is none."""
    if share < PLAINLY:
        return Reason(
            "borderline",
            "Tidak tampak genangan di zona, tetapi gambarnya belum cukup jelas untuk memastikan",
            "No standing water is to be seen in the zone, but the picture is not clear enough to be certain",
        )
    return Reason(
        "borderline",
        f"Sekitar {percent_id(share)} dari zona tampak seperti air: belum pasti; perlu dilihat petugas",
        f"About {_percent(share)} of the zone looks like water: not certain; a person must look",
    )


def river_risen(share: float, usual: float) -> Reason:
    return Reason(
        "river_high",
        f"Air menutupi {percent_id(share)} zona sungai; biasanya {percent_id(usual)}",
        f"Water covers {_percent(share)} of the river zone; usually {_percent(usual)}",
    )


def bank_under(share: float) -> Reason:
    return Reason(
        "bank_under",
        f"Air menutupi {percent_id(share)} bagian tepi sungai yang sebelumnya kering",
        f"Water covers {_percent(share)} of the bank that was dry before",
    )


def river_usual(share: float, usual: float) -> Reason:
    return Reason(
        "river_usual",
        f"Air sungai seperti biasa: {percent_id(share)} zona (biasanya {percent_id(usual)})",
        f"The river is as usual: {_percent(share)} of the zone (usually {_percent(usual)})",
    )


def river_as_lately(share: float, usual: float) -> Reason:
    return Reason(
        "river_as_lately",
        f"Air menutupi {percent_id(share)} zona sungai, seperti beberapa hari terakhir ({percent_id(usual)}); "
        "mungkin sudah tinggi sejak itu",
        f"Water covers {_percent(share)} of the river zone, as during the last days ({_percent(usual)}); "
        "it may have been high since",
    )


def rising(share: float, first: float, per_minute: float) -> Reason:
    return Reason(
        "rising",
        f"Air naik selama rekaman dari {percent_id(first)} ke {percent_id(share)} zona "
        f"({figure_id(per_minute * 100, 1)} % per menit)",
        f"The water rose during the footage from {_percent(first)} to {_percent(share)} of the zone "
        f"({per_minute * 100:.1f} % a minute)",
    )


def river_unknown(share: float) -> Reason:
    return Reason(
        "no_reference",
        f"Air menutupi {percent_id(share)} zona sungai; belum ada gambar acuan tinggi air biasa",
        f"Water covers {_percent(share)} of the river zone; there is no reference of the usual level yet",
    )


def gauge(code: str, under: float) -> Reason:
    return Reason(
        code,
        f"Garis air: {percent_id(under)} papan duga terendam",
        f"Water line: {_percent(under)} of the gauge is under water",
    )


def gauge_rising(under: float, first: float, per_minute: float) -> Reason:
    return Reason(
        "rising",
        f"Air naik pada papan duga: terendam {percent_id(first)}, lalu {percent_id(under)} "
        f"({figure_id(per_minute * 100, 1)} % per menit)",
        f"The water rises on the gauge: {_percent(first)} under water, then {_percent(under)} "
        f"({per_minute * 100:.1f} % a minute)",
    )


def gauge_unclear() -> Reason:
    return Reason(
        "no_water_line",
        "Garis air pada papan duga tidak terlihat jelas",
        "The water line on the gauge is not clearly seen",
    )


def night() -> Reason:
    return Reason(
        "night",
        "Terlalu gelap: pada malam hari jalan basah dan air tidak dapat dibedakan",
        "Too dark: at night a wet road and water cannot be told apart",
    )


def colourless() -> Reason:
    return Reason(
        "colourless",
        "Gambar tanpa warna (kamera memakai inframerah): air dan tanah tidak dapat dibedakan",
        "Pictures without colour (the camera sees by infrared): water and ground cannot be told apart",
    )


def glare() -> Reason:
    return Reason(
        "glare",
        "Pantulan cahaya menutupi zona: air tidak dapat dinilai",
        "Glare covers the zone: water cannot be judged",
    )


def hidden() -> Reason:
    return Reason(
        "zone_hidden",
        "Zona tertutup kendaraan atau orang hampir sepanjang rekaman",
        "Vehicles or people hide the zone during most of the footage",
    )


def ground_changed(share: float) -> Reason:
    return Reason(
        "ground_changed",
        f"Hanya {percent_id(share)} zona tampak seperti air, tetapi permukaannya lain dari hari kering: perlu dilihat",
        f"Only {_percent(share)} of the zone looks like water, but its surface is not as on dry days: to be looked at",
    )


def unsteady(share: float) -> Reason:
    return Reason(
        "unsteady",
        f"Ukuran air berubah-ubah di sekitar {percent_id(share)} zona: hujan, pantulan atau kendaraan",
        f"The water's measure swings around {_percent(share)} of the zone: rain, reflections or vehicles",
    )


def no_water_seen() -> Reason:
    return Reason(
        "no_water",
        "Permukaan air tidak terlihat di zona, jadi sampah terapung tidak dapat dinilai",
        "No water surface is seen in the zone, so floating rubbish cannot be judged",
    )


def rubbish(cover: float, pieces: int) -> Reason:
    return Reason(
        "rubbish_afloat",
        f"Sampah menutupi {figure_id(cover * 100, 1)} % permukaan air, sekitar {pieces} gumpalan terlihat",
        f"Rubbish covers {cover * 100:.1f} % of the water, about {pieces} patches are seen",
    )


def clean(cover: float) -> Reason:
    return Reason(
        "water_clean",
        f"Air bersih: yang terapung hanya {figure_id(cover * 100, 1)} % permukaan",
        f"The water is clean: what floats covers {cover * 100:.1f} % of it",
    )


def rubbish_borderline(cover: float) -> Reason:
    return Reason(
        "borderline",
        f"Sekitar {figure_id(cover * 100, 1)} % permukaan air tampak tertutup sampah: belum pasti",
        f"About {cover * 100:.1f} % of the water seems covered by rubbish: not certain",
    )


def plants(share: float) -> Reason:
    return Reason(
        "plants",
        f"Tumbuhan air (misalnya eceng gondok) menutupi sekitar {percent_id(share)} zona; itu bukan sampah",
        f"Water plants (hyacinth, say) cover about {_percent(share)} of the zone; those are no rubbish",
    )
