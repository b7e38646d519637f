"""The policies that come with the product."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fairdue.dunning.policy.load import load_yaml
from fairdue.dunning.policy.shape import Policy

CODES = ("flexible", "brief", "public-sector")


def shipped_yaml(code: str) -> str:
    """Give the text of a shipped policy; raises KeyError for another code."""
    if code not in CODES:
        raise KeyError(f"no shipped policy {code!r}; there are {', '.join(CODES)}")
    return files("fairdue.dunning").joinpath("policies", f"{code}.yaml").read_text(encoding="utf-8")


@cache
def shipped(code: str) -> Policy:
    """Give a shipped policy, checked."""
    return load_yaml(shipped_yaml(code))
