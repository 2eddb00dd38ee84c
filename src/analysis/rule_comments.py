"""What ``params/sap.yaml`` says beside each rule: for completion, for pages, for people."""

from __future__ import annotations

import re
from pathlib import Path

from analysis.yaml_source import read_yaml

_COMMENT = re.compile(r"(?:^|\s)#\s?(.*)$")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def _said(line: str) -> str:
    """The comment of a line; what stands in quotes is a value."""
    found = _COMMENT.search(_QUOTED.sub(lambda text: "_" * len(text.group()), line))
    return "" if found is None else line[found.start(1) :].strip()


def rule_comments(plan: Path) -> dict[tuple[str, ...], str]:
    """Comments of the rules of a plan.

    Parameters
    ----------
    plan : Path
        ``params/sap.yaml``.

    Returns
    -------
    dict
        Names below ``rules``, such as ``("response", "confirm_days")``, and the text that stands
        behind the key and on the lines of comment that follow it.
    """
    source = read_yaml(plan)
    lines = plan.read_text(encoding="utf-8").splitlines()
    found: dict[tuple[str, ...], str] = {}
    for path, number in source.lines.items():
        if path[0] != "rules" or len(path) < 2 or not all(isinstance(n, str) for n in path):
            continue
        parts = [_said(lines[number - 1])]
        for line in lines[number:]:
            if not parts[0] or not line.lstrip().startswith("#"):
                break
            parts.append(_said(line))
        if text := " ".join(filter(None, parts)):
            found[tuple(path[1:])] = text
    return found
