"""The scoreboard as one HTML page: no script, nothing fetched, Indonesian and English side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from tests.scoreboard import drawing
from tests.scoreboard.figures import NO_TARGET, VERDICTS, Targets
from tests.scoreboard.report import shares

Json = Mapping[str, Any]

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1f2933;max-width:960px;margin:0 auto;padding:12px 16px 60px}
h1{font-size:1.5rem;margin:.6em 0 .1em}
h2{font-size:1.2rem;margin:2em 0 .3em;border-top:1px solid #d5dbe1;padding-top:1em}
h3{font-size:1rem;margin:1.2em 0 .2em}em{color:#52606d;font-style:normal}p{margin:.4em 0}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem}
th,td{padding:3px 8px;border-bottom:1px solid #d5dbe1;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}.bad{color:#b42318;font-weight:600}.good{color:#1b7f4d}
summary{cursor:pointer;font-weight:600}svg{display:block;font-family:inherit}
"""


def page(found: Json) -> str:
    """The whole page of a ``report``."""
    checks = found["checks"]
    body = [
        f"<h1>Papan nilai <em>/ Scoreboard</em></h1><p>{_introduction(found)}</p>",
        _section("Ringkasan", "Summary", _summary(checks)),
        _section("Presisi SUPPORTED", "Precision of SUPPORTED", _shares(checks, "precision", Targets().precision)),
        _section("Ditemukan", "Recall", _shares(checks, "recall", Targets().recall)),
        _section("Alarm palsu", "Hard negatives SUPPORTED", _shares(checks, "false_alarms", Targets().false_alarms)),
        *_suspected(checks),
        _section("Keandalan keyakinan", "Reliability of confidence", _reliability(found)),
        _section("Awal kejadian", "Onset error", _onsets(checks)),
        _section("Biaya", "Cost", _costs(checks)),
        *(_check(name, row) for name, row in checks.items()),
        _section("Bahan nyata", "Real material", _real(found["real"])),
    ]
    return (
        '<!doctype html><html lang="id"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>Papan nilai JSC Verify</title>'
        f"<style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _section(name_id: str, name_en: str, content: str) -> str:
    return f"<h2>{name_id} <em>/ {name_en}</em></h2>{content}"


def _introduction(found: Json) -> str:
    seeds = "pemilihan" if found["side"] == "choosing" else "terbitan"
    return (
        f"{found['scenes']} adegan buatan, biji {seeds}; setengahnya positif. Batas 95 % menurut Wilson. "
        f"<em>{found['scenes']} rendered scenes, {found['side']} seeds; half of them positive. 95 % bounds by Wilson. "
        "Rendered scenes are no street: real material stands at the end.</em>"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join(f"<th>{word}</th>" for word in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{cells}</tr>{lines}</table></div>'


def _summary(checks: Json) -> str:
    head = ("periksa / check", "n", "presisi / precision", "ditemukan / recall", "alarm palsu / false", "target")
    rows = []
    for name, row in checks.items():
        counts = row["counts"]
        total = sum(sum(side.values()) for side in counts.values())
        verdict = ", ".join(row["misses"])
        state = f'<span class="bad">{verdict}</span>' if verdict else '<span class="good">&#10003;</span>'
        if name in NO_TARGET:
            state = "-"
        rows.append((name, str(total), *shares(row), state))
    return _table(head, rows)


def _shares(checks: Json, which: str, target: float) -> str:
    rows = [(name, row[which]) for name, row in checks.items() if not row.get("suspicions")]
    return drawing.intervals(rows, target, which == "false_alarms", which)


def _suspected(checks: Json) -> Iterator[str]:
    """Of checks that never say SUPPORTED, how often they sent for a person."""
    known = {name: row["suspicions"] for name, row in checks.items() if row.get("suspicions")}
    if not known:
        return
    words = (
        '<p>Periksa ini tidak pernah menjawab SUPPORTED; kecurigaannya masuk "perlu ditinjau" beserta gambar. + '
        "bagian positif yang dicurigai, - bagian negatif <em>/ these never answer SUPPORTED: a suspicion goes to a "
        "person, with stills. + share of positives that raised one, - share of hard negatives</em></p>"
    )
    sides = (("positive", "+"), ("negative", "-"))
    rows = [(f"{name} {sign}", raised[side]) for name, raised in known.items() for side, sign in sides]
    yield _section("Kecurigaan", "Suspicions raised", words + drawing.intervals(rows, None, False, "suspicions"))


def _reliability(found: Json) -> str:
    bins = drawing.reliability(found["reliability"], "reliability")
    return (
        f"<p>ECE {_number(found['ece'])} <em>(sebelum / before {_number(found['ece_raw'])})</em>. "
        "Mendatar: keyakinan; tegak: bagian yang benar "
        f"<em>/ across: confidence told; up: share that was right</em>.</p>{bins}"
    )


def _onsets(checks: Json) -> str:
    known = {name: row["onset_s"] for name, row in checks.items() if row["onset_s"]}
    if not known:
        return "<p>-</p>"
    head = ("periksa / check", "n", "median", "median |e|", "90 % |e|")
    rows = [
        (name, str(one["n"]), f"{one['median']:+.2f} s", f"{one['median_abs']:.2f} s", f"{one['p90_abs']:.2f} s")
        for name, one in known.items()
    ]
    everything = [error for one in known.values() for error in one["errors"]]
    return _table(head, rows) + drawing.histogram(everything, "onset error in seconds")


def _costs(checks: Json) -> str:
    measured = [(name, (row["cost"]["at_1080p15"] or {}).get("core_s_per_minute")) for name, row in checks.items()]
    words = (
        "<p>Detik inti per menit kamera pada 1080p15, bingkai kunci tiap 2 dtk <em>/ core-seconds per camera-minute at "
        "1080p15, keyframes 2 s apart; one measured clip a check</em></p>"
    )
    return words + drawing.bars(measured, Targets().core_s, "core-seconds per camera-minute")


def _check(name: str, row: Json) -> str:
    sides = (("positif / positive", "positive"), ("boleh tak menjawab / may abstain", "may_abstain"))
    sides = (*sides, ("negatif / negative", "negative"))
    counted = [(word, *(str(row["counts"][side][verdict]) for verdict in VERDICTS)) for word, side in sides]
    conditions = [
        (
            escape(one["condition"]) + (" +" if one["positive"] else " -"),
            *(str(sum(side[verdict] for side in one["counts"].values())) for verdict in VERDICTS),
        )
        for one in row["conditions"]
    ]
    head = ("", *VERDICTS)
    shown = [(one["condition"], _found(one), one["positive"]) for one in row["conditions"]]
    recall = drawing.intervals([(c, s) for c, s, yes in shown if yes], None, False, f"{name} recall per condition")
    alarms = drawing.intervals([(c, s) for c, s, yes in shown if not yes], None, True, f"{name} alarms per condition")
    return (
        f"<h2>{name}</h2>{_table(head, counted)}<p>ECE {_number(row['ece'])}, "
        f"<em>versi / version {', '.join(row['version'])}, biji / seeds {row['seeds'][0]}-{row['seeds'][1]}</em></p>"
        f"<details><summary>Per keadaan / per condition</summary>{_table(head, conditions)}"
        f"<h3>Ditemukan / recall</h3>{recall}<h3>Alarm palsu / false alarms</h3>{alarms}"
        f"<h3>Keandalan / reliability</h3>{drawing.reliability(row['reliability'], name)}</details>"
    )


def _found(one: Json) -> Json:
    """Of a condition, the share that was found: SUPPORTED, or where a check never says so suspected."""
    if raised := one.get("suspicions"):
        return raised["positive" if one["positive"] else "negative"]  # type: ignore[no-any-return]
    return one["recall"] if one["positive"] else one["false_alarms"]  # type: ignore[no-any-return]


def _real(real: Json | None) -> str:
    if not real:
        return "<p>JSC_TESTDATA tidak diset <em>/ is not set: no real clip or photo was looked at</em></p>"
    head = ("berkas / file", "periksa / check", "jawaban / verdict", "keyakinan", "boleh / allowed", "")
    rows = [
        (
            escape(" ".join((one["file"], one.get("spoilt", "")))),
            one["check"],
            one["verdict"],
            _number(one["confidence"]),
            ", ".join(one["allowed"]),
            '<span class="good">&#10003;</span>' if one["right"] else '<span class="bad">&#10007;</span>',
        )
        for one in real["clips"]
    ]
    photos = "".join(
        f"<p>{escape(name)}: {escape(', '.join(f'{key} {value}' for key, value in figures.items()))}</p>"
        for name, figures in real.get("photos", {}).items()
    )
    return _table(head, rows) + photos


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
