"""The one module that imports OpenDP (2.5 CPU-seconds): integer noise from the system's secure
source, with the privacy loss that OpenDP proves for it."""

import functools
import secrets
from collections.abc import Callable, Sequence


def discrete_laplace(values: list[int], scale: float, sensitivity: int) -> tuple[list[int], float]:
    """The values, each with discrete Laplace noise of `scale`, and ε of adding or removing what
    changes all of them together by `sensitivity` at most (L1)."""
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    measurement = dp.m.make_laplace(*space, scale=scale)
    return list(measurement(values)), measurement.map(sensitivity)


def answering(values: Sequence, truth: float) -> tuple[Callable, float]:
    """A function that answers with the truth with that probability, else with another of `values`,
    each as likely; and its ε. Raises KeyError for what is none of the values."""
    dp = _opendp()
    measurement = dp.m.make_randomized_response(
        categories=list(range(len(values))), prob=truth, T="i32"
    )
    place = {value: number for number, value in enumerate(values)}
    return lambda value: values[measurement(place[value])], measurement.map(1)


def chance(values: Sequence):
    """One of the values, each as likely."""
    return values[secrets.randbelow(len(values))]


def permutation_seed() -> str:
    return secrets.token_hex(16)


def version() -> str:
    import importlib.metadata

    return importlib.metadata.version("opendp")


@functools.cache
def _opendp():
    import opendp.prelude as dp

    dp.enable_features("contrib")
    return dp
