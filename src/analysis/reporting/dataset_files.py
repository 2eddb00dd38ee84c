"""The analysis datasets of a cut as they lie on disk, each checked when it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.datasets import SCREENED, with_screened
from analysis.outputs.origin import Origin

if TYPE_CHECKING:
    import pandas as pd


def _read_text(path: Path) -> pd.DataFrame:
    """Read a CSV of ours with every cell as text."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def _as_declared(name: str, frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a dataset checked against its schema.

    Raises
    ------
    InputError
        If it is not what the schema declares.
    """
    import schemas.derived
    from analysis.errors import InputError

    try:
        return schemas.derived.check(name, frame)
    except schemas.derived.DatasetError as error:
        raise InputError(
            f"{path}: not what schemas/derived/{name}.py declares ({error}); "
            "run `registry derive` again"
        ) from error


def read_dataset(folder: Path, name: str) -> pd.DataFrame:
    """An analysis dataset as it was written, screen failures included.

    Raises
    ------
    InputError
        If it is not what the schema declares.
    """
    import pandas as pd

    path = folder / f"{name}.parquet"
    return _as_declared(name, pd.read_parquet(path), path)


#: What stands beside the analysis datasets of a cut, as it is read.
_BESIDE = ("findings", "cut_counts", "cut_readout")


class DatasetFiles(Mapping[str, "pd.DataFrame"]):
    """Analysis datasets of a cut by lower-case name, each read when first asked for.

    What is read is what the schema says, or it is refused: a file may have been written by other
    code, or by hand. Findings and the read-out of the cut can be asked for as well.
    """

    def __init__(
        self,
        folder: Path,
        made: Mapping[str, Callable[[], pd.DataFrame]] | None = None,
        origin: Origin | None = None,
    ) -> None:
        self._folder = folder
        self.origin = origin
        self._made = made or {}
        self._read: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name in _BESIDE:
            return self._beside(name)
        if name in self._made:
            return self._made[name]()
        if name == SCREENED:
            self["adsl"]
        if name not in self._read:
            import pandas as pd

            path = self._folder / f"{name}.parquet"
            if not path.is_file():
                known = ", ".join(self) or "none; run `registry derive` first"
                raise KeyError(f"there is no analysis dataset '{name}' in {self._folder}: {known}")
            self._read[name] = _as_declared(name, pd.read_parquet(path), path)
            if name == "adsl":
                self._part_screened()
        return self._read[name]

    def _part_screened(self) -> None:
        """Who consented and was not enrolled is in no analysis: ``screened`` beside ``adsl``."""
        self._read |= with_screened({"adsl": self._read["adsl"]})

    def _beside(self, name: str) -> pd.DataFrame:
        import pandas as pd

        path = self._folder / f"{name}.csv"
        if name == "findings":
            return _read_text(path)  # every cell as text
        texts: Any = {"column": str, "old_value": str, "new_value": str}
        return pd.read_csv(path, dtype=texts if name == "cut_readout" else None, encoding="utf-8")

    def __contains__(self, name: object) -> bool:
        """Whether there is such a dataset, the screen failures of ``adsl`` among them."""
        return name == SCREENED or super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self._folder.glob("*.parquet")))

    def __len__(self) -> int:
        return len(list(iter(self)))
