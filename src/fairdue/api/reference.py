"""The reference page of the HTTP interface, from its own description: ``python -m fairdue.api.reference``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

HEAD = """# HTTP interface

Made from the interface by `python -m fairdue.api.reference`; a test fails when this page is not what it says. The same as OpenAPI 3.1:
`GET /api/v1/openapi.json`. Tokens, errors, sending twice and pages of a list follow the rules in
[how programs come in](../algorithms/programs.md); [connect by API](../how-to/connect-by-api.md) shows the way.

Amounts are minor units of the currency beside them (119000 EUR is 1,190.00), days are ISO 8601, moments UTC.
"""

BOUNDS = (("minimum", "from"), ("maximum", "to"), ("maxLength", "characters at most:"))


def page(schema: dict[str, Any]) -> str:
    """Give the page as Markdown: each address with its scopes, what it takes and gives; then the shapes."""
    parts = [HEAD]
    tag = ""
    for where, methods in schema["paths"].items():
        for method, told in methods.items():
            if (now := told["tags"][0]) != tag:
                parts.append(f"\n## {now}\n")
                tag = now
            parts.append(_operation(where, method, told, schema))
    parts.append("\n## Shapes\n")
    for name, shape in sorted(schema["components"]["schemas"].items()):
        if name not in _hidden(schema) and shape.get("properties"):
            parts.append(_shape(name, shape))
    return "".join(parts)


def _hidden(schema: dict[str, Any]) -> set[str]:
    """Give the shapes that stand at their address already: the parts of forms."""
    return {name for name in schema["components"]["schemas"] if name.endswith(("Params", "Input"))}


def _operation(where: str, method: str, told: dict[str, Any], schema: dict[str, Any]) -> str:
    lines = [f"\n### {told['summary']}\n", f"\n    {method.upper()} {where}\n"]
    scopes = " or ".join(f"`{scope}`" for scope in told["x-scopes"])
    description = " ".join(told.get("description", "").split())
    lines.append(f"\n{description} Scope: {scopes}.\n")
    rows = [*_parameters(told), *_body(told, schema)]
    if rows:
        lines.append("\n| takes | where | type | |\n| --- | --- | --- | --- |\n" + "".join(rows))
    given = [(status, _content(answer)) for status, answer in sorted(told["responses"].items()) if int(status) < 400]
    refused = ", ".join(status for status in sorted(told["responses"]) if int(status) >= 400)
    gives = "; ".join(f"{status} {what}".strip() for status, what in given)
    lines.append(f"\nGives {gives}. Refuses with {refused}.\n")
    return "".join(lines)


def _parameters(told: dict[str, Any]) -> Iterator[str]:
    for one in told.get("parameters", ()):
        name = f"`{one['name']}`" + ("" if one.get("required") else " (optional)")
        yield f"| {name} | {one['in']} | {_type(one['schema'])} | {_note(one['schema'])} |\n"


def _body(told: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    for media, content in told.get("requestBody", {}).get("content", {}).items():
        shape = content["schema"]
        if "$ref" in shape:
            yield f"| {_type(shape)} | body | `{media}` | |\n"
        elif shape.get("properties"):
            for name, part in shape["properties"].items():
                optional = "" if name in shape.get("required", ()) else " (optional)"
                yield f"| `{name}`{optional} | `{media}` | {_type(part)} | {_note(part)} |\n"
        else:
            yield f"| the bytes | body | `{media}` | |\n"


def _content(answer: dict[str, Any]) -> str:
    for media, content in answer.get("content", {}).items():
        return _type(content["schema"]) if content.get("schema") else f"`{media}`"
    return ""


def _type(shape: dict[str, Any]) -> str:
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in shape:
        return " or ".join(_type(one) for one in shape["anyOf"])
    if "enum" in shape:
        return ", ".join(f"`{one}`" for one in shape["enum"])
    if shape.get("type") == "array":
        return f"list of {_type(shape['items'])}"
    return str(shape.get("format") or shape.get("type") or "any")


def _note(shape: dict[str, Any]) -> str:
    bounds = [f"{label} {shape[key]}" for key, label in BOUNDS if key in shape]
    default = shape.get("default")
    bounds += [f"default {default}"] if default not in (None, "", [], {}) else []
    return "; ".join([str(shape.get("description", "")).replace("|", "\\|"), *bounds]).strip("; ")


def _shape(name: str, shape: dict[str, Any]) -> str:
    rows = "".join(
        f"| `{field}` | {_type(part)} | {_note(part)} |\n" for field, part in shape.get("properties", {}).items()
    )
    said = " ".join(shape.get("description", "").split())
    return f"\n### {name}\n\n{said}\n\n| field | type | |\n| --- | --- | --- |\n{rows}"


def main() -> None:
    """Write the page to standard output."""
    import django

    django.setup()
    from fairdue.api.urls import schema

    sys.stdout.write(page(schema()))


if __name__ == "__main__":
    main()
