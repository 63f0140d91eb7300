"""Bytes near to good ones: what a broken disk, a careless editor or an attacker makes of them."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
"""Of each test; `make fuzz` takes many more."""

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def mutated(draw: st.DrawFn, good: bytes) -> bytes:
    """Change, cut, repeat or insert in one to eight places; seldom something quite else."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    content = bytearray(good)
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(content)))
        until = min(len(content), at + draw(st.sampled_from([1, 2, 4, 16, 256])))
        change = draw(st.sampled_from(["flip", "cut", "repeat", "insert", "truncate"]))
        if change == "flip" and until > at:
            content[at] ^= 1 << draw(st.integers(0, 7))
        elif change == "cut":
            del content[at:until]
        elif change == "repeat":
            content[at:at] = content[at:until] * draw(st.integers(1, 3))
        elif change == "insert":
            content[at:at] = draw(st.sampled_from(_TROUBLE) | st.binary(max_size=20))
        elif change == "truncate":
            del content[at:]
    return bytes(content)


_TROUBLE = [
    b"\0", b"\xff" * 4, b"NaN", b"1e999", b"-1", b"null", b"[" * 2000, b"{" * 50, b'"', b"\\u0000",
    b"9" * 400, b"\xed\xa0\x80", b"\n", b": ", b"!!python/object ", b"&a *a", b"true", b"..",
]  # fmt: skip

json_values: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from([-1, 0, 1, 2**63 - 1, 2**63, 10**400, "", "cough", "ok"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)


@st.composite
def altered(draw: st.DrawFn, good: Mapping[str, object]) -> dict[str, object]:
    """The same object with some members gone, changed or added."""
    names = draw(st.lists(st.sampled_from(sorted(good)), max_size=4))
    value = dict(good)
    for name in names:
        if draw(st.booleans()):
            value.pop(name, None)
        else:
            value[name] = draw(json_values)
    return value | draw(st.dictionaries(st.text(max_size=5), json_values, max_size=1))


def told(error: Exception, *, secret: str = "\0") -> None:
    """An error is a sentence, and gives no secret away."""
    assert str(error).strip()
    assert secret not in str(error)
