"""URLs as they may be shown: without the passwords in them. Pure."""

from __future__ import annotations

import re

_USER = re.compile(r"//.*@")
_PASSWORD = re.compile(
    r"(?P<before>://[^/@:]*:).*(?=@)"
    r"|(?P<query>[?&][\w-]*(?i:password|token|secret|api[_-]?key)=)[^&]*"
)


def without_passwords(url: str) -> str:
    """Put `***` in place of a user's password, and of each parameter that sounds like one."""
    return _PASSWORD.sub(r"\g<before>\g<query>***", url)


def without_users(text: str) -> str:
    """Take out also the name of the user: what is no URL of ours may have a secret there."""
    return without_passwords(_USER.sub("//***@", text))
