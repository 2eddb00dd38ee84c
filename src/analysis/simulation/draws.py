"""Random numbers of the synthetic registry: one named stream per question, one row per patient.

A stream is named ("first biopsy: days after consent") and seeded by seed, chunk and name, and its
numbers are laid out patient by patient. So a patient's numbers depend neither on how many patients
are simulated, nor on which other streams exist, nor on the order in which they are drawn.
"""

from __future__ import annotations

import zlib

import numpy as np


class Draws:
    """Named random streams of one chunk of patients.

    Parameters
    ----------
    seed : int
        The seed of the whole registry.
    chunk : int
        Number of the chunk.
    patients : int
        Patients in the chunk: the first axis of everything drawn.
    """

    def __init__(self, seed: int, chunk: int, patients: int) -> None:
        self.seed, self.chunk, self.patients = int(seed), int(chunk), int(patients)

    def uniform(self, name: str, *shape: int) -> np.ndarray:
        """Uniform on [0, 1)."""
        key = zlib.crc32(name.encode("ascii"))
        generator = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence([self.seed, self.chunk, key]))
        )
        return generator.random((self.patients, *shape))

    def normal(self, name: str, *shape: int) -> np.ndarray:
        """Standard normal (Box-Muller: a fixed count of uniforms, unlike the ziggurat)."""
        u = self.uniform(name, *shape, 2)
        return np.sqrt(-2.0 * np.log1p(-u[..., 0])) * np.cos(2.0 * np.pi * u[..., 1])

    def integers(self, name: str, low: int, high: int, *shape: int) -> np.ndarray:
        """Whole numbers from low to high, both included."""
        return low + np.floor(self.uniform(name, *shape) * (high - low + 1)).astype(np.int64)

    def chance(self, name: str, probability, *shape: int) -> np.ndarray:
        """True with the given probability (a number, or one per element)."""
        return self.uniform(name, *shape) < probability

    def choose(self, name: str, weights, *shape: int) -> np.ndarray:
        """Index into `weights` (one list for all)."""
        limits = np.cumsum(np.asarray(weights, dtype=float))
        u = self.uniform(name, *shape) * limits[-1]
        return np.minimum(np.searchsorted(limits, u, side="right"), len(limits) - 1)

    def choose_by_row(self, name: str, weights: np.ndarray) -> np.ndarray:
        """Index into each patient's own row of weights, shape (patients, choices)."""
        limits = np.cumsum(weights, axis=1)
        u = self.uniform(name)[:, None] * limits[:, -1:]
        return np.minimum((u >= limits).sum(axis=1), weights.shape[1] - 1)

    def exponential(self, name: str, *shape: int) -> np.ndarray:
        """Exponential with mean 1."""
        return -np.log1p(-self.uniform(name, *shape))

    def lognormal(self, name: str, median, sigma: float, *shape: int) -> np.ndarray:
        """Log-normal by median and standard deviation of the logarithm."""
        return median * np.exp(sigma * self.normal(name, *shape))

    def poisson(self, name: str, mean: np.ndarray, most: int) -> np.ndarray:
        """Poisson counts by inversion, cut off at `most`; `mean` has one element per draw."""
        u = self.uniform(name, *mean.shape[1:])
        term = np.exp(-mean)
        below = term.copy()
        count = np.zeros(mean.shape, dtype=np.int64)
        for k in range(1, most + 1):
            count += u >= below
            term = term * mean / k
            below = below + term
        return count
