"""The same arguments give the same bytes, whatever else is simulated, hashed or set."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.simulation import model, simulate

PROGRAM = """
import sys
from pathlib import Path
from analysis.simulation import simulate
simulate(Path(sys.argv[1]), patients=40, cuts=("DC02", "DC04"))
"""


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_bytes_in_another_process_locale_and_time_zone(tmp_path):
    simulate(tmp_path / "a", patients=40, cuts=("DC02", "DC04"))
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "b")], check=True, env=environment
    )
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b")


def test_another_seed_gives_other_patients(tmp_path):
    simulate(tmp_path / "a", patients=20, cuts=("DC04",))
    simulate(tmp_path / "b", patients=20, cuts=("DC04",), seed=3)
    assert fingerprint(tmp_path / "a") != fingerprint(tmp_path / "b")


def test_a_patient_does_not_depend_on_how_many_there_are(tmp_path):
    simulate(tmp_path / "few", patients=30, cuts=("DC03",))
    simulate(tmp_path / "many", patients=90, cuts=("DC03",))
    for path in (tmp_path / "few" / "data").rglob("*.csv"):
        few = path.read_text("utf-8").splitlines()
        many = (tmp_path / "many" / path.relative_to(tmp_path / "few")).read_text("utf-8")
        assert many.splitlines()[: len(few)] == few, path.name


def test_a_cut_other_than_the_last_does_not_depend_on_the_later_ones(tmp_path):
    simulate(tmp_path / "a", patients=60, cuts=("DC01", "DC02"))
    simulate(tmp_path / "b", patients=60, cuts=("DC01", "DC04"))
    cut = Path("data/raw/DC01")
    assert fingerprint(tmp_path / "a" / cut) == fingerprint(tmp_path / "b" / cut)


def test_chunks_follow_on_from_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(model, "CHUNK_PATIENTS", 25)
    seen = []
    simulate(
        tmp_path, patients=60, cuts=("DC04",), progress=lambda done, of: seen.append((done, of))
    )
    assert seen == [(25, 60), (50, 60), (60, 60)]
    lines = (tmp_path / "data/raw/DC04/patients.csv").read_text("utf-8").splitlines()[1:]
    assert [line[:5] for line in lines] == [f"P{k:04d}" for k in range(1, 61)]


@pytest.mark.parametrize(
    "wrong",
    [{"cuts": ("DC09",)}, {"cuts": ("DC02", "DC01")}, {"cuts": ()}, {"patients": 0}],
)
def test_wrong_use_is_refused_before_anything_is_written(tmp_path, wrong):
    with pytest.raises(ValueError, match=r"cut|patients"):
        simulate(tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()
