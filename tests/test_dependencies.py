"""pyproject.toml, requirements.lock and environment.yml say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENTRY = re.compile(
    r"^(?P<line>[A-Za-z0-9._-]+==[^\\\n]+?)\s*\\\n(?P<hashes>(?:\s+--hash=\S+.*\n)+)", re.M
)


def wanted():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = project["optional-dependencies"]
    extras = [group for name, group in groups.items() if name != "cluster"]  # never in the lock
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


def locked():
    found = {}
    for entry in ENTRY.finditer(LOCK):
        requirement = Requirement(entry["line"])
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def version(requirement):
    return next(iter(requirement.specifier)).version


def conda_pins():
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    pip = next(item["pip"] for item in content["dependencies"] if isinstance(item, dict))
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in pip}


@pytest.mark.parametrize("name", sorted(wanted()))
def test_every_dependency_is_locked_within_its_bounds(name):
    pinned = [r for r in locked()[name] if r.marker is None or r.marker.evaluate()]
    assert len(pinned) == 1
    assert wanted()[name].specifier.contains(version(pinned[0]), prereleases=True)


def test_the_conda_environment_pins_the_same_versions():
    pins = conda_pins()
    assert set(pins) == set(wanted())
    for name, requirement in pins.items():
        assert version(requirement) in {version(r) for r in locked()[name]}, name


def test_the_conda_environment_asks_for_the_same_python():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert f"python{project['requires-python']}" in content["dependencies"]


def test_every_entry_of_the_lock_is_pinned_and_hashed():
    starts = [line for line in LOCK.splitlines() if line and not line.startswith((" ", "#", "\t"))]
    assert len(starts) == sum(len(entries) for entries in locked().values()) > 100


@pytest.mark.parametrize("name", ["requirements.lock", "environment.yml", "pyproject.toml"])
def test_no_list_names_a_host(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b", text, re.M)


def test_what_is_installed_is_what_is_locked():
    from importlib.metadata import version as installed

    for name in wanted():
        assert installed(name) in {version(r) for r in locked()[name]}, name
