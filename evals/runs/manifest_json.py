"""Manifests as JSON objects, and back."""

from dataclasses import fields as fields_of

from agent.jsontypes import JsonObject, JsonValue
from evals.definitions.case import Category
from evals.definitions.trial import Kind
from evals.runs.json_fields import JsonFields
from evals.runs.run import VERSION, CaseFacts, Manifest

TYPE = "run"
"""What the manifest of a run calls itself."""

_TEXTS = (
    "model",
    "endpoint",
    "user_model",
    "judge",
    "other_endpoint",
    "prompt",
    "tools",
    "settings",
    "shard",
    "root",
)


def encode_manifest(manifest: Manifest) -> JsonObject:
    """Write a manifest."""
    cases: dict[str, JsonValue] = {
        id: {"digest": facts.digest, "title": facts.title, "category": facts.category.value}
        for id, facts in manifest.cases.items()
    }
    written: JsonObject = {field.name: getattr(manifest, field.name) for field in fields_of(manifest)}
    return {
        "type": TYPE,
        "version": VERSION,
        **written,
        "kind": manifest.kind.value,
        "noticeable": dict(manifest.noticeable),
        "versions": dict(manifest.versions),
        "cases": cases,
    }


def decode_manifest(line: JsonObject) -> Manifest:
    """Read a manifest.

    Raises:
        ValueError: A field cannot be used; the message says which.
    """
    fields = JsonFields(line)
    cases: dict[str, CaseFacts] = {}
    for id in fields.object("cases"):
        facts = JsonFields(JsonFields(fields.object("cases")).object(id))
        cases[id] = CaseFacts(facts.text("digest"), facts.text("title"), Category(facts.text("category")))
    return Manifest(
        id=fields.text("id"),
        created=fields.number("created"),
        kind=Kind(fields.text("kind")),
        trials=fields.whole("trials"),
        cases=cases,
        noticeable=fields.texts("noticeable"),
        versions=fields.texts("versions"),
        **{name: fields.text(name) for name in _TEXTS},
    )
