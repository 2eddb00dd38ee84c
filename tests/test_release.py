"""One version, told in one place each, and a changelog that knows it."""

import re
import tomllib

from tests.study_folder import PROJECT


def test_version_citation_and_changelog_agree():
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: \"?([\d.]+)", citation, re.M).group(1) == project["version"]
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## ([\d.]+)", changelog, re.M)[0] == project["version"]


def test_a_release_is_dated_or_said_to_be_none_yet():
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    for heading in re.findall(r"^## (.+)$", changelog, re.M):
        assert re.fullmatch(r"[\d.]+ \((unreleased|\d{4}-\d\d-\d\d)\)", heading)
