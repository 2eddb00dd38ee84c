"""Print environment.yml: the direct dependencies of pyproject.toml at the pins of the lock."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins():
    found = re.findall(
        r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", (ROOT / "requirements.lock").read_text(), re.M
    )
    return {canonical(name): version for name, version in found}


def direct_dependencies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    for group in ("test", "docs", "public-data", "build"):
        wanted += groups[group]
    return sorted({canonical(re.match(r"[A-Za-z0-9_.-]+", line).group()) for line in wanted})


def main():
    locked = pins()
    print("# Written by `make lock`; the pins are those of requirements.lock.")
    print("# conda env create --file environment.yml")
    print("# Versions without hashes: conda has no place for those of PyPI. With hashes:")
    print("# conda create --name precision-registry-analysis python=3.12 pip, then in it")
    print("# pip install --require-hashes --requirement requirements.lock.")
    print("# conda run --name precision-registry-analysis pip install --no-deps --editable .")
    print("name: precision-registry-analysis")
    print("channels:\n  - conda-forge\ndependencies:\n  - python>=3.11\n  - pip\n  - pip:")
    for name in direct_dependencies():
        print(f"      - {name}=={locked[name]}")


if __name__ == "__main__":
    main()
