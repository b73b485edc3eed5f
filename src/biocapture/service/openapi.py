"""The description of the service (OpenAPI 3.1), made from the table of endpoints and the models of their answers."""

import functools
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from biocapture.service.endpoints import BYTES, ENDPOINTS, FORM, LINES, Endpoint
from biocapture.service.messages import JSON, PROBLEM_JSON, Answer, json_answer
from biocapture.service.v1 import answers, queries

REFERENCE = "#/components/schemas/"
PROBLEM_STATUSES = ("400", "401", "403", "408", "413", "422", "429", "500", "503")


@functools.cache
def document() -> Answer:
    """The whole description.

    Returns
    -------
    Answer
    """
    models = {name: model for name, model in vars(answers).items() if _is_model(model, answers.AnswerModel)}
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models.values()], ref_template=REFERENCE + "{model}"
    )
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS.values():
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    content = {
        "openapi": "3.1.0",
        "info": {"title": "biocapture", "version": version("biocapture"), "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }
    return json_answer(content)


def _is_model(value: object, base: type[BaseModel]) -> bool:
    return isinstance(value, type) and issubclass(value, base) and value is not base


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    good: dict[str, Any] = {"type": "string", "format": "binary"} if endpoint.gives == BYTES else {}
    if endpoint.answer:
        good = {"$ref": REFERENCE + endpoint.answer}
    responses: dict[str, Any] = {"200": {"description": "Answered.", "content": {endpoint.gives: {"schema": good}}}}
    if endpoint.gives == LINES:
        responses["200"]["description"] = "A line for each picture: index, name, status, and report or problem."
    fault = {"schema": {"$ref": REFERENCE + "Problem"}}
    for status in PROBLEM_STATUSES + (("404",) if "{" in endpoint.path else ()):
        responses[status] = {"description": "See the problem.", "content": {PROBLEM_JSON: fault}}
    names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    name = endpoint.path.strip("/").replace("/", ".").replace("{", "").replace("}", "")
    found: dict[str, Any] = {"summary": endpoint.summary, "operationId": name}
    found |= {"parameters": path + _parameters(endpoint), "responses": responses}
    if endpoint.body:
        content = {kind: {"schema": BODIES.get(kind, {})} for kind in endpoint.body}
        found["requestBody"] = {"required": True, "content": content}
    return found


BODIES: dict[str, dict[str, Any]] = {
    BYTES: {"type": "string", "format": "binary", "description": "An encoded picture, or a biometric record."},
    FORM: {"type": "object", "additionalProperties": {"type": "string", "format": "binary"}},
    JSON: {"type": "object", "additionalProperties": True},
}


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    if not endpoint.query:
        return []
    schema = getattr(queries, endpoint.query).model_json_schema()
    definitions = schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": False, "schema": _inlined(field, definitions)}
        for name, field in schema["properties"].items()
    ]


def _inlined(value: Any, definitions: dict[str, Any]) -> Any:
    """A schema in which nothing refers to the model's own definitions."""
    if isinstance(value, list):
        return [_inlined(each, definitions) for each in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return definitions[value["$ref"].rpartition("/")[2]]
    return {key: _inlined(each, definitions) for key, each in value.items()}
