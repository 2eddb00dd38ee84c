"""Characters that a reader cannot see: which they are, what they are called, how they are shown.

A direction override, an escape, a bell, a zero-width space or a carriage return by itself changes
what a text is, or how its neighbours look, and nobody sees it. Such a character is never data: it
is reported where it comes in (extracts, parameters), and wherever text is shown it stands as its
code in angle brackets, like ``<U+202E>``. Line feeds, tabs and the line end CR LF inside a text are
ordinary, and so are spaces of any width.
"""

from __future__ import annotations

import re
import unicodedata

# Printable by the Unicode standard's categories, and yet nothing is to be seen: joiners, fillers,
# variation selectors, blank symbols, the placeholder of an embedded object.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufffc"
    "\U00016fe4\U0001d159\U000e0100-\U000e01ef]"
)
# Format characters that are drawn: signs put before or over a number.
_DRAWN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2") | {
    "\U000110bd",
    "\U000110cd",
}
_ORDINARY = frozenset("\t\n")
# What the standard does not name, it has no names for control characters.
_CONTROLS = {
    0x00: "null",
    0x07: "bell",
    0x08: "backspace",
    0x0B: "vertical tab",
    0x0C: "form feed",
    0x0D: "carriage return",
    0x1B: "escape",
    0x7F: "delete",
    0x85: "next line",
}


def is_plain(text: str) -> bool:
    """Whether every character shows itself: one quick question for nearly all texts."""
    return text.isprintable() and not _BLANK.search(text)


def is_hidden(char: str) -> bool:
    """Whether nothing is to be seen of a character; of CR LF, neither is (see `hidden`)."""
    if _BLANK.match(char):
        return True
    if char.isprintable() or char in _ORDINARY or char in _DRAWN:
        return False
    return unicodedata.category(char) != "Zs"


def hidden(text: str) -> list[str]:
    """The distinct hidden characters of a text, in the order in which they stand.

    A carriage return counts unless a line feed follows it at once.
    """
    if is_plain(text):
        return []
    return list(dict.fromkeys(filter(is_hidden, text.replace("\r\n", "\n"))))


def visible(text: str) -> str:
    """The text with each hidden character as its code in angle brackets, like ``<U+202E>``."""
    if is_plain(text):
        return text
    return "\r\n".join(_marked(part, is_hidden) for part in text.split("\r\n"))


def on_one_line(text: str) -> str:
    """The text on one line: line ends, tabs and unusual spaces are shown as their codes too."""
    return text if is_plain(text) else _marked(text, lambda char: not is_plain(char))


def called(char: str) -> str:
    """Code and name of a character, like ``U+202E (right-to-left override)``."""
    name = _CONTROLS.get(ord(char)) or unicodedata.name(char, "").lower()
    return f"{_code(char)} ({name})" if name else _code(char)


def _code(char: str) -> str:
    return f"U+{ord(char):04X}"


def _marked(text: str, which) -> str:
    return "".join(f"<{_code(char)}>" if which(char) else char for char in text)
