"""Rules in a notebook: completed with the comment of the plan, and shown as a table with it."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

from analysis.parameter_rules import Frozen, Rules
from analysis.rule_comments import rule_comments

#: What stands before the cursor: names with dots, the last of them begun or not.
_NAMES = re.compile(r"(?:^|[^\w.])((?:[A-Za-z_]\w*\.)+\w*)$")
_LONGEST_VALUE = 24
#: A popup has one line for each: nowhere may a line be broken.
_UNBROKEN = {" ": "\u00a0", "-": "\u2011", "|": "\u2060|\u2060", "/": "\u2060/\u2060"}
_LONGEST = 56  # characters beside a name in the popup


def places(rules: Rules) -> dict[type, tuple[str, ...]]:
    """Where each kind of group stands below ``rules``."""
    found: dict[type, tuple[str, ...]] = {type(rules): ()}
    waiting: list[tuple[Frozen, tuple[str, ...]]] = [(rules, ())]
    while waiting:
        group, at = waiting.pop()
        for name in type(group).model_fields:
            value = getattr(group, name)
            if isinstance(value, Frozen):
                found.setdefault(type(value), (*at, name))
                waiting.append((value, (*at, name)))
    return found


class RuleHelp:
    """What the plan says beside each rule of an opened cut.

    Parameters
    ----------
    rules : Rules
        Of the cut.
    plan : Path
        ``params/sap.yaml``.
    """

    def __init__(self, rules: Rules, plan: Path) -> None:
        self._places = places(rules)
        self._comments = rule_comments(plan)

    def lines(self, group: Frozen) -> list[tuple[str, str, str]]:
        """Each rule of a group: name, value, comment."""
        at = self._places.get(type(group), ())
        return [
            (
                name,
                "group" if isinstance(value := getattr(group, name), Frozen) else _value(value),
                self._comments.get((*at, name), ""),
            )
            for name in type(group).model_fields
        ]

    def html(self, group: Frozen) -> str:
        """The rules of a group as a table."""
        at = self._places.get(type(group), ())
        title = ".".join(("rules", *at))
        rows = "".join(
            "<tr>"
            + "".join(f'<td style="text-align:left">{escape(c)}</td>' for c in line)
            + "</tr>"
            for line in self.lines(group)
        )
        head = "".join(
            f'<th style="text-align:left">{c}</th>' for c in ("rule", "value", "in the plan")
        )
        return (
            f"<table><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    def completions(self, before: str, names: dict[str, Any]) -> list[tuple[str, str]]:
        """What completes a line that ends at the cursor: a name and what stands beside it.

        Parameters
        ----------
        before : str
            The line up to the cursor.
        names : dict
            What the notebook has defined. No code is run: only names with dots are followed.
        """
        found = _NAMES.search(before)
        if found is None:
            return []
        *path, begun = found.group(1).split(".")
        group = _followed(path, names)
        if not isinstance(group, Frozen):
            return []
        return [
            (name, _beside(value, comment))
            for name, value, comment in self.lines(group)
            if name.startswith(begun)
        ]

    def install(self, shell: Any) -> None:
        """Let a kernel complete and show rules this way; the last opened cut counts."""
        from IPython.core.completer import SimpleCompletion, context_matcher

        @context_matcher()
        def rule_matcher(context: Any) -> dict[str, Any]:
            found = self.completions(context.text_until_cursor, shell.user_ns)
            begun = _NAMES.search(context.text_until_cursor)
            return {
                "completions": [SimpleCompletion(text=text, type=said) for text, said in found],
                "suppress": bool(found),
                "matched_fragment": begun.group(1).rpartition(".")[2] if begun else "",
                "ordered": True,
            }

        matchers = shell.Completer.custom_matchers
        matchers[:] = [m for m in matchers if getattr(m, "__name__", "") != rule_matcher.__name__]
        matchers.append(rule_matcher)
        for kind in self._places:
            shell.display_formatter.formatters["text/html"].for_type(kind, self.html)


def _followed(path: list[str], names: dict[str, Any]) -> Any:
    """The group of rules at the end of a path of names; None where it leads elsewhere.

    Properties of other things are not asked: only an opened cut, and what hangs on its rules.
    """
    from analysis.reporting.session import OpenCut

    here = names.get(path[0])
    for name in path[1:]:
        if isinstance(here, OpenCut) and name == "rules":
            here = here.rules
        elif isinstance(here, Frozen) and name in type(here).model_fields:
            here = getattr(here, name)
        else:
            return None
    return here


def _value(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _beside(value: str, comment: str) -> str:
    """The value of the rule and what the plan says of it, as short as a popup wants it."""
    text = " · ".join(filter(None, (value if value == "group" else f"= {value}", comment)))
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return "".join(_UNBROKEN.get(sign, sign) for sign in text)
