"""The OpenAPI 3.1 description of the operators' API: of its table and the daemon's orders."""

from __future__ import annotations

from typing import Any

import msgspec

from tongluo.console.operations import BASE, OPERATIONS, Operation
from tongluo.warning.acts import ORDERS

REF = "#/components/schemas/{name}"
ERRORS = {
    "401": "No name or no token came.",
    "403": "A wrong token, or this operator may not do it.",
    "404": "There is no such thing.",
    "409": "It is not as it was when the operator looked.",
    "413": "The body is too large.",
    "429": "Too many requests.",
    "503": "No daemon answers; nothing was done.",
    "504": "The daemon took it and did not answer: look before you repeat it.",
}


def describe(url: str = "") -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "Tongluo operators' API",
            "version": "1",
            "description": "Every act needs a name and a token, is forwarded to the daemon, and "
            "is audited there. 每次操作都须署名并持令牌，由守护进程执行并记入审计。",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "operator": {"type": "apiKey", "in": "header", "name": "Tongluo-Operator"},
            },
        },
        "security": [{"token": [], "operator": []}],
    }
    if url:
        document["servers"] = [{"url": url}]
    return document


def _schemas() -> dict[str, Any]:
    _, found = msgspec.json.schema_components(ORDERS.values(), ref_template=REF)
    words = {"type": "string"}
    error = {"type": "object", "required": ["code", "en", "zh"],
             "properties": {"code": words, "en": words, "zh": words, "detail": words}}  # fmt: skip
    return {
        **found,
        "Error": {"type": "object", "required": ["error"], "properties": {"error": error}},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.en,
        "description": operation.zh,
        "responses": _responses(),
    }
    if operation.method == "POST":
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": REF.format(name=ORDERS[operation.name].__name__)},
                    "example": operation.example,
                }
            },
        }
    if operation.parameters:
        described["parameters"] = [
            {"name": name, "in": "query", "description": meaning,
             "schema": {"type": "integer", "minimum": 0, "default": default}}
            for name, default, meaning in operation.parameters
        ]  # fmt: skip
    return described


def _responses() -> dict[str, Any]:
    done = {"description": "Done, or shown.", "content": {"application/json": {"schema": {}}}}
    refused = {"application/json": {"schema": {"$ref": REF.format(name="Error")}}}
    errors = {code: {"description": text, "content": refused} for code, text in ERRORS.items()}
    return {"200": done, **errors}


PATH = f"{BASE}/openapi.json"
