"""The fuzzer with a mistake planted three decisions deep, to prove that it would be found."""

from __future__ import annotations

import atheris

from tests.fuzz import decoders

WORD = (0xA5, 0x3C, 0x0F)


@atheris.instrument_func
def break_on_a_word(noise: bytes) -> None:
    """Fail where three bytes in a row are right: by chance once in 16 million."""
    for at in range(len(noise) - 2):
        if noise[at] == WORD[0] and noise[at + 1] == WORD[1] and noise[at + 2] == WORD[2]:
            raise AssertionError("planted: the word was said")


class Planted(decoders.Harness):
    """Look for the planted mistake alone."""

    def __call__(self, chosen: bytes) -> None:
        break_on_a_word(chosen)


if __name__ == "__main__":
    decoders.main(Planted)
