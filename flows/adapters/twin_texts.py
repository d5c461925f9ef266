"""What stands in raw/ of a twin: other text, of every length and form that text may have.

After the self-composition of Barthe, D'Argenio and Rezk, "Secure information flow by
self-composition" (2004): two runs that differ in the secret alone must agree in what is public.
"""

import random
from collections.abc import Callable, Sequence

TWINS = ("random_1", "random_2", "constant", "null", "colliding")

_POOL = 512
_LONGEST = 3000
_ALPHABET = "abcdefghijklmnopqrstuvwxyzäßé漢字🙂 0123456789\n\t'\"\\;-%_{}/"
# Forms that a cast, a pattern flag or a path function would act on.
_FORMS = ("{}", "{}.py", "/home/{}/x", "todo: {}", "'; drop table x; --{}", '{{"key": "{}"}}')
_COLLIDING = ("same length, one", "same length, two")

Values = Callable[[int], Sequence[str | None]]


def twin_values(twin: str) -> Values:
    """A function from a number of rows to that many values of one raw column."""
    if twin == "null":
        return lambda count: [None] * count
    if twin == "constant":
        return lambda count: ["twin"] * count
    chance = random.Random(f"winnow twin {twin}")
    pool = _COLLIDING if twin == "colliding" else [_text(chance) for _ in range(_POOL)]
    return lambda count: chance.choices(pool, k=count)


def _text(chance: random.Random) -> str | None:
    """One in twenty is none; half of the rest are short, and some look like numbers or dates."""
    form = chance.random()
    if form < 0.05:
        return None
    if form < 0.15:
        return str(chance.choice([chance.randrange(-99, 10**9), chance.random(), "2026-01-31"]))
    length = chance.randrange(30) if form < 0.55 else chance.randrange(_LONGEST)
    words = "".join(chance.choices(_ALPHABET, k=length))
    return chance.choice(_FORMS).format(words)
