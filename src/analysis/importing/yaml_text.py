"""YAML written by hand, so that a draft can carry comments."""

from __future__ import annotations


def quoted(text: str) -> str:
    """Text as a YAML scalar that is read back as it is."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def flow(values: dict[str, str]) -> str:
    """A value map on one line."""
    return "{" + ", ".join(f"{quoted(k)}: {quoted(v)}" for k, v in values.items()) + "}"
