"""Read a YAML file so that every value remembers its line.

Safe loading only: no Python objects, no duplicate keys, no aliases that hide a second copy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from analysis.characters import called, hidden
from analysis.errors import ParameterError


@dataclass(frozen=True)
class YamlSource:
    """A parsed YAML mapping and the line on which each key stands.

    Attributes
    ----------
    path : Path
        The file, as named by the user.
    values : dict
        The parsed content.
    lines : dict
        Line (1-based) by key path, e.g. ``("rules", "response", "confirm_days") -> 14``.
    plain : dict
        What is written without quotes, by key path: YAML may read it as something else.
    """

    path: Path
    values: dict[str, Any]
    lines: dict[tuple, int]
    plain: dict[tuple, str] = field(default_factory=dict)

    def line_of(self, key_path: tuple) -> int:
        """Line of a key, or of the nearest enclosing key where it is absent."""
        while key_path and key_path not in self.lines:
            key_path = key_path[:-1]
        return self.lines.get(key_path, 1)


def _index(node: yaml.Node, source: YamlSource, at: tuple) -> None:
    """Note the line of all below `node`; refuse a key that stands twice, and hidden text."""
    path, lines = source.path, source.lines
    if isinstance(node, yaml.MappingNode):
        seen: set = set()
        for key, value in node.value:
            name = key.value
            _refuse_hidden(key, path)
            if name in seen:
                where = f"{path}, line {key.start_mark.line + 1}"
                raise ParameterError(f"{where}: the key '{name}' stands twice; keep one")
            seen.add(name)
            lines[(*at, name)] = key.start_mark.line + 1
            _index(value, source, (*at, name))
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            lines[(*at, position)] = value.start_mark.line + 1
            _index(value, source, (*at, position))
    else:
        _refuse_hidden(node, path)
        if not getattr(node, "style", None):  # None or empty, by the loader
            source.plain[at] = node.value


def _refuse_hidden(node: yaml.Node, path: Path) -> None:
    """Refuse a text with a character that nobody can see."""
    if isinstance(node.value, str) and (found := hidden(node.value)):
        where = f"{path}, line {node.start_mark.line + 1}"
        names = ", ".join(map(called, found))
        raise ParameterError(f"{where}: {names} stands here and cannot be seen; delete it")


#: libyaml where it is there: the plan is read for every command, ten times as fast.
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Loader):
    """Safe loading, with a line for a day that does not exist."""

    def construct_day(self, node: yaml.ScalarNode) -> Any:
        """A date; one that is only written like a date (2023-02-30) is refused at its line."""
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            problem = f"the calendar has no day {node.value}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None


_PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", _PlainLoader.construct_day)


_DEEPEST = 50  # levels; the plan has six
_UNUSUAL_BRACKETS, _UNUSUAL_LINE = 500, 1000  # below both, nothing can be nested too deeply


def _refuse_oddities(text: str) -> None:
    """Refuse ``*alias``, and what is nested so deeply that composing it would end the process.

    An alias is a value that stands in two places, of which only one is read. The composers resolve
    it without a trace, and recurse, so the events are looked at before.
    """
    brackets = text.count("[") + text.count("{")
    longest = max(map(len, text.splitlines()), default=0)
    if "*" not in text and brackets < _UNUSUAL_BRACKETS and longest < _UNUSUAL_LINE:
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            problem = f"nested more than {_DEEPEST} levels deep"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)  # type: ignore[arg-type]
        if isinstance(event, yaml.AliasEvent):
            problem = f"the alias '*{event.anchor}' is not read; write the value out"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)  # type: ignore[arg-type]


def read_yaml(path: Path) -> YamlSource:
    """Parse one YAML file that holds a mapping.

    Parameters
    ----------
    path : Path
        File to read (UTF-8).

    Returns
    -------
    YamlSource

    Raises
    ------
    ParameterError
        If the file is absent, not UTF-8, not YAML, not a mapping, repeats a key, uses an alias or
        holds a day that does not exist; the message names the file and the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise ParameterError(f"{path}: there is no such file; a study folder needs it") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ParameterError(f"{path}, line {line}: not UTF-8; save it as UTF-8") from None
    try:
        _refuse_oddities(text)
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        values = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        at = getattr(error, "position", None)  # of a character that YAML does not allow
        number = mark.line + 1 if mark else None if at is None else text[:at].count("\n") + 1
        place = "" if number is None else f", line {number}"
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ParameterError(f"{path}{place}: {problem}") from None
    except ValueError as error:  # a value that its own tag (!!int, !!float) forbids
        raise ParameterError(f"{path}: {error}") from None
    if not isinstance(values, dict):
        raise ParameterError(f"{path}, line 1: expected `key: value` lines, found something else")
    source = YamlSource(path, values, {})
    _index(node, source, ())
    return source
