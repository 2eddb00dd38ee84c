"""Read a YAML file so that every value remembers its line.

Safe loading only: no Python objects, no duplicate keys, no aliases that hide a second copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

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
    """

    path: Path
    values: dict[str, Any]
    lines: dict[tuple, int]

    def line_of(self, key_path: tuple) -> int:
        """Line of a key, or of the nearest enclosing key where it is absent."""
        while key_path and key_path not in self.lines:
            key_path = key_path[:-1]
        return self.lines.get(key_path, 1)


def _index(node: yaml.Node, path: Path, at: tuple, lines: dict[tuple, int]) -> None:
    """Note the line of each key below `node`; refuse a key that stands twice."""
    if isinstance(node, yaml.MappingNode):
        seen: set = set()
        for key, value in node.value:
            name = key.value
            if name in seen:
                where = f"{path}, line {key.start_mark.line + 1}"
                raise ParameterError(f"{where}: the key '{name}' stands twice; keep one")
            seen.add(name)
            lines[(*at, name)] = key.start_mark.line + 1
            _index(value, path, (*at, name), lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            lines[(*at, position)] = value.start_mark.line + 1
            _index(value, path, (*at, position), lines)


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


def _refuse_aliases(text: str) -> None:
    """Refuse ``*alias``: a value would stand in two places, and only one of them be read.

    The composers resolve an alias without a trace, so the events are looked at before.
    """
    if "*" not in text:
        return
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            problem = f"the alias '*{event.anchor}' is not read; write the value out"
            raise yaml.composer.ComposerError(None, None, problem, event.start_mark)


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
        raise ParameterError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    try:
        _refuse_aliases(text)
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        values = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ParameterError(f"{path}{line}: {problem}") from None
    except ValueError as error:  # a value that its own tag (!!int, !!float) forbids
        raise ParameterError(f"{path}: {error}") from None
    if not isinstance(values, dict):
        raise ParameterError(f"{path}, line 1: expected `key: value` lines, found something else")
    lines: dict[tuple, int] = {}
    _index(node, path, (), lines)
    return YamlSource(path, values, lines)
