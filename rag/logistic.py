"""A logistic model over named features, in a data file that says where it comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Logistic:
    """Features are standardised, weighed, summed and squashed to a probability.

    Attributes:
        means: float64 (n,), subtracted from the features.
        deviations: float64 (n,), what they are then divided by.
        coefficients: float64 (n,), what each then counts.
    """

    means: NDArray[np.float64]
    deviations: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    intercept: float

    @classmethod
    def shipped(cls, name: str, features: tuple[str, ...]) -> Logistic:
        """The model that comes with onrecord under a name.

        Raises:
            ValueError: as for ``read``.
        """
        text = files("rag").joinpath(f"{name}.json").read_text(encoding="utf-8")
        return cls.read(text, features)

    @classmethod
    def read(cls, text: str, features: tuple[str, ...]) -> Logistic:
        """Reads the JSON of a data file.

        Raises:
            ValueError: the file was fitted for other features than ``features``.
        """
        data = json.loads(text)
        if tuple(data["features"]) != features:
            raise ValueError(f"the model was fitted for {data['features']}, not {list(features)}")
        means, deviations, coefficients = (
            np.array(data[name], dtype=np.float64)
            for name in ("means", "deviations", "coefficients")
        )
        return cls(means, deviations, coefficients, float(data["intercept"]))

    def log_odds(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64 (rows, n) to float64 (rows,); a value that is nan counts as the mean."""
        standard = np.nan_to_num((rows - self.means) / self.deviations)
        result: NDArray[np.float64] = standard @ self.coefficients + self.intercept
        return result

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """float64 (rows, n) to float64 (rows,), each from 0 to 1."""
        squashed: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(self.log_odds(rows), -50, 50)))
        return squashed
