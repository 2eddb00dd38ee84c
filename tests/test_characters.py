"""Which characters a reader cannot see, what they are called and how they are shown."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.characters import called, hidden, is_hidden, on_one_line, visible

# What is written | what is found in it | how it is shown
CASES = {
    "nausea": ("", "nausea"),
    "Übelkeit, 恶心, café": ("", "Übelkeit, 恶心, café"),
    "two\nlines, a\ttab, a line\r\nend of Windows": (
        "",
        "two\nlines, a\ttab, a line\r\nend of Windows",
    ),
    "no\u00a0break, thin\u2009space": ("", "no\u00a0break, thin\u2009space"),
    "colo\rrectal": ("\r", "colo<U+000D>rectal"),
    "a\r\r\nb": ("\r", "a<U+000D>\r\nb"),
    "a\n\rb": ("\r", "a\n<U+000D>b"),
    "red\x1b[31m": ("\x1b", "red<U+001B>[31m"),
    "ding\x07": ("\x07", "ding<U+0007>"),
    "\x00": ("\x00", "<U+0000>"),
    "next\x85line": ("\x85", "next<U+0085>line"),
    "evil\u202etxt": ("\u202e", "evil<U+202E>txt"),
    "\u2066isolate\u2069": ("\u2066\u2069", "<U+2066>isolate<U+2069>"),
    "zero\u200bwidth": ("\u200b", "zero<U+200B>width"),
    "soft\u00adhyphen": ("\u00ad", "soft<U+00AD>hyphen"),
    "\ufeffmark": ("\ufeff", "<U+FEFF>mark"),
    "line\u2028paragraph\u2029": ("\u2028\u2029", "line<U+2028>paragraph<U+2029>"),
    "heart\ufe0f": ("\ufe0f", "heart<U+FE0F>"),
    "tag\U000e0041": ("\U000e0041", "tag<U+E0041>"),
    "selector\U000e0100": ("\U000e0100", "selector<U+E0100>"),
    "filler\u3164": ("\u3164", "filler<U+3164>"),
    "blank\u2800": ("\u2800", "blank<U+2800>"),
    "private\ue000": ("\ue000", "private<U+E000>"),
}


@pytest.mark.parametrize("text", CASES)
def test_what_cannot_be_seen_is_found_and_shown(text):
    found, shown = CASES[text]
    assert hidden(text) == list(found)
    assert visible(text) == shown
    assert visible(shown) == shown


def test_every_control_and_format_character_of_unicode_is_hidden_but_for_those_drawn():
    """Signs put before numbers are drawn; line feed and tab are ordinary; spaces are spaces."""
    wanted = {"Cc", "Cf", "Zl", "Zp", "Co"}
    seen = {
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(char) in wanted and not is_hidden(char)
    }
    assert {unicodedata.category(char) for char in seen} == {"Cc", "Cf"}
    assert {char for char in seen if unicodedata.category(char) == "Cc"} == {"\t", "\n"}
    signs = ("SIGN", "MARK", "END OF AYAH", "ABOVE", "NUMBER")
    for char in seen - {"\t", "\n"}:
        name = unicodedata.name(char)
        assert any(word in name for word in signs), name


def test_no_letter_digit_mark_or_sign_in_use_is_hidden():
    for start, end in ((0x20, 0x7E), (0xA0, 0x2FF), (0x370, 0x5FF), (0x4E00, 0x9FFF)):
        for char in map(chr, range(start, end + 1)):
            odd = char in "\xad" or unicodedata.category(char) == "Cn"
            assert is_hidden(char) == odd, hex(ord(char))


@given(st.text())
def test_nothing_is_hidden_in_what_is_shown(text):
    assert hidden(visible(text)) == []
    line = on_one_line(text)
    assert line.isprintable()
    assert len(line.splitlines()) <= 1


@pytest.mark.parametrize(
    ("char", "words"),
    [
        ("\u202e", "U+202E (right-to-left override)"),
        ("\r", "U+000D (carriage return)"),
        ("\x1b", "U+001B (escape)"),
        ("\x01", "U+0001"),
        ("\U000e0041", "U+E0041 (tag latin capital letter a)"),
    ],
)
def test_a_character_is_called_by_code_and_name(char, words):
    assert called(char) == words
