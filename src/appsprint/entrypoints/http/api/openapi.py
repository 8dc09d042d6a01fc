"""The OpenAPI document, made from what the routes declare about themselves."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from appsprint import __version__
from appsprint.domain.access import Role
from appsprint.entrypoints.http.api.decoding import Cursor, Instant
from appsprint.entrypoints.http.api.routing import API_PREFIX, ApiTag, Endpoint, endpoint_of
from appsprint.services.idempotency import KEY_HEADER, MAX_KEY_LENGTH

Json = dict[str, Any]

_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"\{(\w+):\w+\}")
_CREATED = 201
_FAILURES: Mapping[int, tuple[str, str]] = {
    400: ("Malformed", "The body or the address cannot be read."),
    401: ("NotAuthenticated", "No API token, or not a valid one."),
    403: ("NotAllowed", "The token does not have this right."),
    404: ("NotFound", "There is no such thing within the token's reach."),
    409: ("Conflict", "It does not fit the present state."),
    413: ("TooLarge", "The body is larger than 1 MB."),
    415: ("WrongType", "The body is not JSON."),
    422: ("InvalidValue", "Values are not allowed; one detail for each field."),
    503: ("Unavailable", "The same request can succeed later."),
}
_ONLY_WITH_BODY = frozenset({413, 415})
_DESCRIPTION = (
    "Everything that the dashboard does, for scripts. Send `Authorization: Bearer <token>`. Times "
    "are RFC 3339 in UTC, dates in reports are the advertiser's local days, money is a decimal "
    "string with a currency beside it."
)


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one field."""

    field: str
    message: str


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A failure: a code for programs, and what happened and what to do for people."""

    error: str
    message: str
    details: list[FieldError]


def openapi_document(handlers: Iterable[HTTPRouteHandler]) -> bytes:
    """The document as JSON; the same routes always give the same bytes."""
    routes = list(handlers)
    schemas, components = _schemas([endpoint_of(handler) for handler in routes])
    paths: Json = {}
    for handler in routes:
        operation = _operation(handler, schemas, components)
        for path in handler.paths:
            method = next(iter(handler.http_methods)).lower()
            paths.setdefault(API_PREFIX + _PARAMETER.sub(r"{\1}", path), {})[method] = operation
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "App Sprint Attribution",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag.value} for tag in ApiTag],
        "paths": paths,
        "components": {
            "schemas": _without_queries(components, routes),
            "responses": {name: _failure(text) for name, text in _FAILURES.values()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2)


def _schemas(endpoints: Iterable[Endpoint]) -> tuple[dict[Any, Json], Json]:
    """The schema of every type that routes name, and the components that these refer to."""
    named: list[Any] = [ErrorAnswer]
    for endpoint in endpoints:
        named += [
            kind
            for kind in (endpoint.body, endpoint.query, endpoint.answer)
            if kind is not None and kind not in named
        ]
    schemas, components = msgspec.json.schema_components(
        named, schema_hook=_CUSTOM_SCHEMAS.__getitem__, ref_template=_REF
    )
    return dict(zip(named, schemas, strict=True)), components


_CUSTOM_SCHEMAS: Mapping[type[Any], Json] = {
    Instant: {"type": "string", "examples": ["2026-03-29", "2026-03-29T08:00:00Z"]},
    Cursor: {"type": "string", "maxLength": 200},
}


def _operation(
    handler: HTTPRouteHandler, schemas: Mapping[Any, Json], components: Mapping[str, Json]
) -> Json:
    endpoint = endpoint_of(handler)
    summary, _, rest = (inspect.getdoc(handler.fn) or "").partition("\n\n")
    operation: Json = {
        "operationId": handler.handler_name,
        "tags": [endpoint.tag.value],
        "summary": " ".join(summary.split()).rstrip("."),
        "description": " ".join(f"{' '.join(rest.split())} {_rights(endpoint)}".split()),
        "responses": _responses(endpoint, schemas),
    }
    parameters = [
        *_path_parameters(handler),
        *_query_parameters(endpoint, components),
        *_header_parameters(endpoint),
    ]
    if parameters:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": bool(components[endpoint.body.__name__].get("required")),
            "content": {"application/json": {"schema": schemas[endpoint.body]}},
        }
    return operation


def _rights(endpoint: Endpoint) -> str:
    reach = ", without a limit to some apps" if endpoint.needs_all_apps else ""
    article = "a" if endpoint.role is Role.VIEWER else "an"
    return f"Needs {article} {endpoint.role} token{reach}."


def _responses(endpoint: Endpoint, schemas: Mapping[Any, Json]) -> Json:
    success: Json = {"description": "Created." if endpoint.status == _CREATED else "Done."}
    content: Json = {media_type: {"schema": {"type": "string"}} for media_type in endpoint.texts}
    if endpoint.answer is not None:
        content["application/json"] = {"schema": schemas[endpoint.answer]}
    if content:
        success["content"] = content
    failures = {
        str(status): {"$ref": f"#/components/responses/{name}"}
        for status, (name, _) in _FAILURES.items()
        if endpoint.body is not None or status not in _ONLY_WITH_BODY
    }
    return {str(endpoint.status): success, **failures}


def _failure(description: str) -> Json:
    schema = {"$ref": _REF.format(name=ErrorAnswer.__name__)}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path_parameters(handler: HTTPRouteHandler) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for path in handler.paths
        for name in _PARAMETER.findall(path)
    ]


def _query_parameters(endpoint: Endpoint, components: Mapping[str, Json]) -> list[Json]:
    if endpoint.query is None:
        return []
    declared = components[endpoint.query.__name__]
    return [
        _query_parameter(name, schema, is_required=name in declared.get("required", ()))
        for name, schema in declared["properties"].items()
    ]


def _query_parameter(name: str, schema: Json, *, is_required: bool) -> Json:
    """A parameter; in a query there is no null, only its absence."""
    present = {key: value for key, value in schema.items() if key != "description"}
    choices = [one for one in present.pop("anyOf", []) if one != {"type": "null"}]
    if len(choices) == 1:
        present |= choices[0]
    if present.get("default", ...) is None:
        del present["default"]
    parameter: Json = {"name": name, "in": "query", "required": is_required, "schema": present}
    if "description" in schema:
        parameter["description"] = schema["description"]
    return parameter


def _header_parameters(endpoint: Endpoint) -> list[Json]:
    if endpoint.status != _CREATED:
        return []
    return [
        {
            "name": KEY_HEADER,
            "in": "header",
            "required": False,
            "description": "The same key with the same body gets the same answer for 24 hours.",
            "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_LENGTH},
        }
    ]


def _without_queries(components: Json, routes: Iterable[HTTPRouteHandler]) -> Json:
    queries = {endpoint_of(handler).query for handler in routes} - {None}
    names = {query.__name__ for query in queries if query is not None}
    return {name: schema for name, schema in sorted(components.items()) if name not in names}
