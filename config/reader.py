"""YAML nodes to settings dataclasses, collecting every mistake on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import yaml

from .document import line_of
from .forms import Field, Form, fields_of
from .guess import did_you_mean
from .key import Key
from .mistakes import Mistake, quote
from .scalars import RefusedError, read_scalar

_Section = TypeVar("_Section")
_KNOWN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("bool", "float", "int", "map", "merge", "null", "seq", "str", "timestamp", "value")
}
_MISSING = object()


@dataclass(slots=True)
class Reader:
    """Reads one document; what it found and what was wrong stay here afterwards. One thread."""

    folder: Path
    """Relative paths start here."""
    mistakes: list[Mistake] = field(default_factory=list)
    found: dict[str, object] = field(default_factory=dict)
    """Every scalar that could be read, by dotted key."""
    lines: dict[str, int] = field(default_factory=dict)
    """The line of every known key that the document has."""

    def read(self, node: yaml.Node | None, section: type[_Section]) -> _Section | None:
        """Read the whole document; None where it has mistakes."""
        if node is None:
            return section()
        value = self._section(node, section, "")
        return value if isinstance(value, section) and not self.mistakes else None

    def blame(self, key: str, text: str) -> None:
        """Add a mistake at a key that was read before; at its section where it is missing."""
        known = key
        while known and known not in self.lines:
            known = known[: max(known.rfind("."), known.rfind("["), 0)]
        self.mistakes.append(Mistake(self.lines.get(known, 1), key, text))

    def _value(self, node: yaml.Node, form: Form, key: Key, where: str) -> object:
        """Read by form; `_MISSING` where a mistake was written down instead."""
        if str(node.tag) not in _KNOWN_TAGS:
            return self._refuse(node, where, f"tags such as {quote(str(node.tag))} are not allowed")
        if _is_null(node) and (form.section or form.items):
            return _MISSING
        if form.section:
            return self._section(node, form.section, where)
        if form.items:
            return self._list(node, form.items, key, where)
        try:
            value = read_scalar(node, form, key, self.folder)
        except RefusedError as refused:
            return self._refuse(node, where, str(refused))
        self.found[where] = value
        return value

    def _list(self, node: yaml.Node, form: Form, key: Key, where: str) -> object:
        if not isinstance(node, yaml.SequenceNode):
            return self._refuse(node, where, "must be a list, each item after a '-'")
        if not node.value:
            return self._refuse(node, where, "is an empty list; name one, or leave the key out")
        values = []
        for number, item in enumerate(node.value):
            place = f"{where}[{number}]"
            self.lines[place] = line_of(item)
            if _is_null(item):
                self._refuse(item, place, "is empty")
                continue
            values.append(self._value(item, form, key, place))
        return tuple(values)

    def _section(self, node: yaml.Node, section: type, where: str) -> object:
        if _is_null(node) and not where:
            return section()
        if not isinstance(node, yaml.MappingNode):
            return self._refuse(node, where, "must be a section of keys, each with a ':'")
        fields = {each.name: each for each in fields_of(section)}
        values: dict[str, object] = {}
        for each, child in self._pairs(node, fields, where):
            place = f"{where}.{each.name}" if where else each.name
            value = self._value(child, each.form, each.key, place)
            if value is not _MISSING:
                values[each.name] = value
        for each in fields.values():
            place = f"{where}.{each.name}"
            if each.required and place not in self.lines:
                self.mistakes.append(Mistake(line_of(node), place, "is missing"))
        return _MISSING if self.mistakes else section(**values)

    def _pairs(
        self, node: yaml.MappingNode, fields: dict[str, Field], where: str
    ) -> Iterator[tuple[Field, yaml.Node]]:
        first_lines: dict[str, int] = {}
        for name_node, child in node.value:
            name = name_node.value if isinstance(name_node, yaml.ScalarNode) else None
            if name is None or str(name_node.tag) not in _KNOWN_TAGS:
                self._refuse(name_node, where, "a key must be a plain word")
                continue
            shown = name if name in fields else quote(name)[1:-1]
            place = f"{where}.{shown}" if where else shown
            if name in first_lines:
                first = first_lines[name]
                self._refuse(name_node, place, f"is given twice; the first is in line {first}")
                continue
            first_lines[name] = line_of(name_node)
            if name not in fields:
                hint = did_you_mean(name, fields)
                if not hint and node.flow_style and _is_null(child):
                    hint = "; inside {…} text with a ',' needs quotes"
                self._refuse(name_node, place, f"unknown key{hint}")
                continue
            self.lines[place] = line_of(name_node)
            yield fields[name], child

    def _refuse(self, node: yaml.Node, where: str, text: str) -> object:
        self.mistakes.append(Mistake(line_of(node), where, text))
        return _MISSING


def _is_null(node: yaml.Node) -> bool:
    return str(node.tag) == "tag:yaml.org,2002:null"
