"""Plots as SVG text: nothing to load, readable at the width of a phone, sharp in print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

Json = Mapping[str, Any]
INK, GRID, GOOD, BAD, SOFT = "#1f2933", "#d5dbe1", "#1b7f4d", "#b42318", "#8aa0b4"
ROW = 30


def svg(width: float, height: float, parts: Sequence[str], label: str) -> str:
    """A drawing that shrinks with its page."""
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}" '
        f'style="width:100%;max-width:{width:g}px">{"".join(parts)}</svg>'
    )


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = INK, size: int = 13) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str = GRID, width: float = 1.0, dash: str = "") -> str:
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}"{dashed}/>'
    )


def dot(x: float, y: float, radius: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}"/>'


def intervals(rows: Sequence[tuple[str, Json]], target: float | None, at_most: bool, label: str) -> str:
    """A row a name: the share as a dot, its 95 % bounds as a bar; the target as a dashed line."""
    left, width = 172.0, 300.0
    height = ROW * len(rows) + 26
    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        x = left + tick * width
        parts += [line(x, 4, x, height - 20), text(x, height - 6, f"{tick:g}", "middle", SOFT, 11)]
    if target is not None:
        x = left + target * width
        parts.append(line(x, 4, x, height - 20, BAD, 1.2, "4 3"))
    for n, (name, share) in enumerate(rows):
        y = ROW * n + 18
        parts.append(text(left - 8, y + 4, name, "end", size=12))
        if share["share"] is None:
            parts.append(text(left + 6, y + 4, "-", colour=SOFT))
            continue
        met = target is None or (share["share"] <= target if at_most else share["share"] >= target)
        low, high = share["bounds95"]
        colour = GOOD if met else BAD
        parts += [
            line(left + low * width, y, left + high * width, y, colour, 3),
            dot(left + share["share"] * width, y, 5, colour),
            text(left + width + 10, y + 4, f"{share['hits']}/{share['of']}", colour=INK, size=11),
        ]
    return svg(left + width + 62, height, parts, label)


def reliability(bins: Sequence[Json], label: str) -> str:
    """Told confidence against the rate of being right, with bounds; the diagonal is honesty."""
    size, pad = 300.0, 34.0

    def spot(told: float, right: float) -> tuple[float, float]:
        return pad + told * size, 10 + (1 - right) * size

    parts = [f'<rect x="{pad}" y="10" width="{size}" height="{size}" fill="none" stroke="{GRID}"/>']
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = spot(tick, tick)
        parts += [
            text(x, size + 26, f"{tick:g}", "middle", SOFT, 11),
            text(pad - 6, y + 4, f"{tick:g}", "end", SOFT, 11),
        ]
    parts.append(line(*spot(0, 0), *spot(1, 1), SOFT, 1.2, "4 3"))
    for each in bins:
        right = each["right"]
        low, high = right["bounds95"]
        x, y = spot(each["told"], right["share"])
        parts += [
            line(x, spot(0, low)[1], x, spot(0, high)[1], GOOD, 2),
            dot(x, y, 3 + min(6.0, right["of"] ** 0.5 / 3), GOOD),
            text(x + 8, y + 14, str(right["of"]), size=10, colour=SOFT),
        ]
    return svg(size + pad + 24, size + 34, parts, label)


def histogram(values: Sequence[float], label: str, reach: float = 5.0) -> str:
    """Onset errors in bins of half a second; what lies beyond ``reach`` is in the outermost."""
    count, width, height = int(4 * reach), 360.0, 110.0
    bins = [0] * count
    for value in values:
        bins[min(count - 1, max(0, int((value + reach) * 2)))] += 1
    top, step = max([*bins, 1]), width / count
    parts = [
        f'<rect x="{20 + n * step:.1f}" y="{10 + height * (1 - hits / top):.1f}" width="{step - 1:.1f}" '
        f'height="{height * hits / top:.1f}" fill="{GOOD}"/>'
        for n, hits in enumerate(bins)
    ]
    for tick in (-reach, -reach / 2, 0.0, reach / 2, reach):
        x = 20 + (tick + reach) / (2 * reach) * width
        parts.append(text(x, height + 26, f"{tick:+g} s" if tick else "0", "middle", SOFT, 11))
    return svg(width + 40, height + 32, parts, label)


def bars(rows: Sequence[tuple[str, float | None]], target: float, label: str) -> str:
    """Core-seconds, the target as a dashed line."""
    left, width = 172.0, 280.0
    most = max([target * 1.2, *(value for _, value in rows if value is not None)])
    height = ROW * len(rows) + 12
    parts = [line(left + target / most * width, 2, left + target / most * width, height - 6, BAD, 1.2, "4 3")]
    for n, (name, value) in enumerate(rows):
        y = ROW * n + 18
        parts.append(text(left - 8, y + 4, name, "end", size=12))
        if value is None:
            parts.append(text(left + 6, y + 4, "-", colour=SOFT))
            continue
        colour = GOOD if value <= target else BAD
        parts.append(
            f'<rect x="{left}" y="{y - 8}" width="{value / most * width:.1f}" height="16" rx="2" fill="{colour}"/>'
        )
        parts.append(text(left + value / most * width + 6, y + 4, f"{value:.1f}", size=12))
    return svg(left + width + 50, height, parts, label)
