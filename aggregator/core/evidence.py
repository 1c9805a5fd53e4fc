"""What two texts share: exact shingle sets, no estimate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """The comparison of texts a and b (fields named for a and b swap when they do).

    `equal`: same words in the same order. `resemblance`, `containment_a_in_b`,
    `containment_b_in_a`: over word shingles, 0..1.
    """

    equal: bool
    resemblance: float
    containment_a_in_b: float
    containment_b_in_a: float
