"""YAML as a person would write a case: texts of several lines as they are read."""

from typing import TYPE_CHECKING

from agent.jsontypes import JsonObject

if TYPE_CHECKING:
    from yaml import Node, SafeDumper

_WIDTH = 108
_TEXT = "tag:yaml.org,2002:str"


def write_yaml(value: JsonObject) -> str:
    """Write a mapping, its names in their order.

    Args:
        value: Any JSON object.
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes out in full what stands in two places, as case files know no anchors."""

        def ignore_aliases(self, data: object) -> bool:
            """Nothing is referred to."""
            del data
            return True

    Dumper.add_representer(str, _represent_text)
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _represent_text(_dumper: "SafeDumper", text: str) -> "Node":
    from yaml import ScalarNode

    return ScalarNode(_TEXT, text, style="|" if "\n" in text else None)
