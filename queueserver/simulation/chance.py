"""Random times by the few distributions that halls are described with; a seed in, the same times out."""

from __future__ import annotations

from math import log, sqrt
from random import Random
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MS_A_MINUTE = 60_000

Positive = Annotated[float, Field(gt=0, le=1440)]


class Shape(BaseModel):
    """A table of a scenario; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Draw(Shape):
    """A distribution of minutes. `spread` = standard deviation / mean, of lognormal and gamma."""

    distribution: Literal["fixed", "exponential", "lognormal", "gamma", "uniform", "values"] = "lognormal"
    mean_minutes: Positive | None = None
    spread: Annotated[float, Field(gt=0, le=5)] = 0.5
    low_minutes: Annotated[float, Field(ge=0, le=1440)] | None = None
    high_minutes: Positive | None = None
    values_minutes: tuple[Positive, ...] = ()
    """Measured times, each as likely as another."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.distribution == "uniform":
            if self.low_minutes is None or self.high_minutes is None or self.low_minutes >= self.high_minutes:
                raise ValueError(
                    "uniform needs low_minutes and a greater high_minutes; add e.g. low_minutes = 3, high_minutes = 9"
                )
        elif self.distribution == "values":
            if not self.values_minutes:
                raise ValueError("values needs values_minutes; add e.g. values_minutes = [4.5, 6, 12]")
        elif self.mean_minutes is None:
            raise ValueError(f"{self.distribution} needs mean_minutes; add e.g. mean_minutes = 8")
        return self

    def draw(self, random: Random) -> int:
        """Whole milliseconds, at least one."""
        return max(1, round(self._minutes(random) * MS_A_MINUTE))

    def _minutes(self, random: Random) -> float:
        mean = self.mean_minutes or 0.0
        match self.distribution:
            case "fixed":
                return mean
            case "exponential":
                return random.expovariate(1 / mean)
            case "lognormal":
                variance = log(1 + self.spread**2)
                return random.lognormvariate(log(mean) - variance / 2, sqrt(variance))
            case "gamma":
                return random.gammavariate(1 / self.spread**2, mean * self.spread**2)
            case "uniform":
                return random.uniform(self.low_minutes or 0.0, self.high_minutes or 0.0)
            case "values":
                return random.choice(self.values_minutes)
