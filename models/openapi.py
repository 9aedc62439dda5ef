"""The OpenAPI description of the HTTP service, made from the columns that it takes."""

from __future__ import annotations

from typing import Any

import polars as pl

from models.json_claims import CLAIM, DIAGNOSIS, LINE, TYPES


def _properties(columns: dict[str, Any]) -> dict[str, Any]:
    kinds = {pl.String: {"type": "string"}, pl.Date: {"type": "string", "format": "date"}}
    money = {"oneOf": [{"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, {"type": "number"}]}
    return {name: kinds.get(kind, money) for name, kind in columns.items()}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


def _refusal(description: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"error": {"type": "string"}}}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_TEXT, _NUMBER, _WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}
_CLAIM = _object(
    _properties(CLAIM)
    | {"claim_type": {"type": "string", "enum": list(TYPES)}}
    | {"lines": _list(_object(_properties(LINE))), "diagnoses": _list(_object(_properties(DIAGNOSIS)))},
    "patient_control_number",
    "claim_type",
    "charge_amount",
)
_FINDING = {"rule": _TEXT, "severity": _TEXT, "message": _TEXT, "fix": _TEXT, "line": {"type": ["integer", "null"]}}
_ANSWER = {
    "claim": {"type": "string", "description": "The claim's own number"},
    "risk": {"type": ["number", "null"], "description": "Probability of denial at first adjudication"},
    "expected_denied_amount": {"type": ["string", "null"], "description": "Dollars and cents"},
    "likely_category": {"type": ["string", "null"]},
    "reasons": _list(_TEXT),
    "findings": _list({"type": "object", "properties": _FINDING}),
    "lines": _list({"type": "object", "properties": {"line": _WHOLE, "risk": _NUMBER}}),
    "note": {"type": "string", "description": "Only when something could not be said"},
}

DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "cleanclaim", "version": "1", "description": "Checks claims that have not been sent."},
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}},
    "paths": {
        "/v1/check": {
            "post": {
                "summary": "Risk, expected denied dollars, reasons and findings of each claim, in order",
                "security": [{"key": []}],
                "requestBody": {
                    "required": True,
                    "content": {
                        "text/plain": {"schema": {"type": "string", "description": "An 837"}},
                        "application/json": {"schema": _object({"claims": _list(_CLAIM)}, "claims")},
                    },
                },
                "responses": {
                    "200": {
                        "description": "One object a claim",
                        "content": {"application/json": {"schema": _list({"type": "object", "properties": _ANSWER})}},
                    },
                    "401": _refusal("No valid key"),
                    "413": _refusal("Too large"),
                    "422": _refusal("Not readable as claims"),
                    "429": _refusal("Too many requests"),
                },
            }
        },
        "/v1/health": {
            "get": {"summary": "Whether the service can answer", "responses": {"200": {"description": "Yes"}}}
        },
    },
}
