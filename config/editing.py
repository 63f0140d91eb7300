"""One value of a configuration file changed, every other character left as it is."""

from __future__ import annotations

import yaml

from .document import parse_document


def with_value(data: bytes, section: str, key: str, value: str) -> bytes:
    """Give the file's bytes with `section.key` set to `value`, a scalar as it stands in YAML.

    An empty file, or one of comments, gets the section at its end. Raises DocumentError where
    the bytes are no YAML, ValueError where something else than a section is in the way.
    """
    text = data.decode("utf-8-sig") if parse_document(data) is not None else None
    if text is None:
        before = data.decode("utf-8-sig")
        gap = "" if before.endswith("\n") or not before else "\n"
        return f"{before}{gap}config_version: 1\n{section}:\n  {key}: {value}\n".encode()
    root = _mapping(parse_document(data))
    present = _find(root, section)
    if present is None:
        return _with_entry(text, root, section, f"{{{key}: {value}}}").encode()
    if isinstance(present, yaml.ScalarNode) and present.value in {"", "~", "null"}:
        return _replaced(text, present, f" {{{key}: {value}}}").encode()
    entries = _mapping(present)
    scalar = _find(entries, key)
    if scalar is None:
        return _with_entry(text, entries, key, value).encode()
    return _replaced(text, scalar, value if _has_text(scalar) else f" {value}").encode()


def _mapping(node: yaml.Node | None) -> yaml.MappingNode:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("there is something else than keys and values")  # noqa: TRY004
    return node


def _find(mapping: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in mapping.value if name.value == key), None)


def _has_text(node: yaml.Node) -> bool:
    return bool(node.end_mark.index > node.start_mark.index)


def _replaced(text: str, node: yaml.Node, value: str) -> str:
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def _with_entry(text: str, mapping: yaml.MappingNode, key: str, value: str) -> str:
    """Put the entry first: there its place and its indentation are known."""
    if mapping.flow_style:
        start = mapping.start_mark.index + 1
        return f'{text[:start]}"{key}": {value}{", " if mapping.value else ""}{text[start:]}'
    first = mapping.value[0][0].start_mark
    entry = f"{key}: {value}\n{' ' * first.column}"
    return text[: first.index] + entry + text[first.index :]
