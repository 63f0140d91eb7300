"""A page's own rules for its pictures, as an SVG that stands alone needs them."""

from __future__ import annotations

import re


def plain_style(rules: str, parts: str) -> str:
    """Take the rules of some classes (`a|b`), with the page's colours for paper that is white."""
    colours = dict(re.findall(r"(--[a-z0-9]+): (#[0-9a-f]+)", rules.partition("@media")[0]))
    pictures = re.findall(rf"\.(?:{parts})\b[^{{}}]*\{{[^}}]*\}}", rules)
    plain = re.sub(r"var\((--[a-z0-9]+)\)", lambda use: colours[use[1]], "\n".join(pictures))
    return f"svg {{ font-family: sans-serif; background: #fff }}\n{plain}"
