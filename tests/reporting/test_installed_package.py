"""What an installed package cannot do without the checkout of the project, and says so."""

import dataclasses

import pytest

from analysis.errors import ParameterError
from analysis.reporting.project import Project


def test_without_the_notebooks_it_says_where_they_are(tmp_path):
    """An installed wheel holds code and schemas; `run` and `export --as ars` need the checkout."""
    project = dataclasses.replace(Project.installed(), notebooks=tmp_path / "notebooks")
    with pytest.raises(ParameterError, match="come with the checkout"):
        project.notebook("s01_data_cut_and_findings")
