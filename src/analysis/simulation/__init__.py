"""The synthetic registry: a generative model of the study, with its truth planned first."""

from .registry import simulate

__all__ = ["simulate"]
