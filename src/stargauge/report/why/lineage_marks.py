"""The marks that a picture of what a number is made of is drawn with: boxes, curves, and words that fit a width."""

from __future__ import annotations

from stargauge.report.drawing.canvas import HUES

SERIF = "Charter, 'Sitka Text', Cambria, Georgia, 'Noto Serif', serif"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
MONO = "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace"
#: Width of a character over its size, on average, by face; that of the widest face of each chain.
_WIDTHS = {"serif": 0.66, "sans": 0.58, "bold": 0.66, "mono": 0.61}
#: The hatching of what is assumed.
PATTERN = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="5" height="5" fill="{HUES["paper"]}"/>'
    f'<line x1="0" y1="0" x2="0" y2="5" stroke="{HUES["soft"]}" stroke-width="2.4"/></pattern></defs>'
)
#: How the bar of a kind is filled, and its edge.
FILLS = {
    "stated": (HUES["need"], HUES["need"]), "default": (HUES["rule-2"], HUES["rule-2"]), "assumed": ("url(#hatch)", HUES["soft"]),
    "designed": (HUES["soft"], HUES["soft"]), "chance": (HUES["rule"], HUES["rule-2"]), "choice": (HUES["paper"], HUES["need"]),
    "structure": (HUES["rule"], HUES["rule"]),
}  # fmt: skip


def curve(x1: float, y1: float, x2: float, y2: float, width: float) -> str:
    """A line from one place to another that leaves and comes in level."""
    bend = (x1 + x2) / 2
    return (
        f'<path d="M{x1:.1f} {y1:.1f}C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}" fill="none" '
        f'stroke="{HUES["rule-2"]}" stroke-opacity="0.45" stroke-width="{width:.2f}" stroke-linecap="round"/>'
    )


def box(x: float, y: float, width: float, height: float) -> str:
    """A box with a rule around it."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3" fill="{HUES["paper"]}" stroke="{HUES["rule-2"]}"/>'
    )


def text(
    words: str, x: float, y: float, size: float, colour: str, weight: int = 400, *, face: str = SANS, end: bool = False,
    middle: bool = False,
) -> str:  # fmt: skip
    """Words at a place: from it on, up to it with `end`, or around it with `middle`."""
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{face}" font-size="{size}" font-weight="{weight}" fill="{colour}"{anchor}>'
        f"{escaped(words)}</text>"
    )


def wide_as(words: str, size: float, face: str = "sans") -> float:
    """How wide words are, about, in pixels."""
    return len(words) * size * _WIDTHS[face]


def fit(words: str, width: float, size: float, face: str = "sans") -> str:
    """Words that fit a width, with an ellipsis where something is left off."""
    most = int(width / (size * _WIDTHS[face]))
    return words if len(words) <= most else f"{words[: max(most - 1, 1)].rstrip()}…"


def lines(words: str, width: float, size: float, face: str) -> list[str]:
    """Words in lines of a width."""
    most, lines = int(width / (size * _WIDTHS[face])), [""]
    for word in words.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > most:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines


def escaped(words: str) -> str:
    """Words as they may stand in SVG."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
