"""What changed between two versions of a policy, key by key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairdue.dunning.policy.branches import Branch, line
from fairdue.dunning.policy.shape import Policy


@dataclass(frozen=True, slots=True)
class Change:
    """One key that differs; None stands for "not there"."""

    key: str
    before: str | None
    after: str | None


def diff(before: Policy, after: Policy) -> list[Change]:
    """Give every difference between two policies, by key path; stages are matched by their code, not their place."""
    old, new = _flat(before), _flat(after)
    order = list(dict.fromkeys([*old, *new]))
    return [Change(key, old.get(key), new.get(key)) for key in order if old.get(key) != new.get(key)]


def _flat(policy: Policy) -> dict[str, str]:
    stored = policy.as_dict()
    stages = stored.pop("stages")
    stored["branches"] = _branches(policy.branches)
    for stage, read in zip(stages, policy.stages, strict=True):
        stage["branches"] = _branches(read.branches)
    found: dict[str, str] = {"stages": " → ".join(stage["code"] for stage in stages)}
    _walk(stored, "", found)
    for stage in stages:
        _walk({key: value for key, value in stage.items() if key != "level"}, f"stages.{stage['code']}", found)
    return found


def _branches(found: tuple[Branch, ...]) -> dict[str, str]:
    """Give each branch on one line, by its code."""
    return {branch.code: line(branch) for branch in found}


def _walk(value: Any, path: str, found: dict[str, str]) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _walk(item, f"{path}.{key}" if path else str(key), found)
    elif isinstance(value, list | tuple):
        found[path] = ", ".join(_word(item) for item in value)
    elif value is not None:
        found[path] = str(value)


def _word(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key}={item}" for key, item in value.items())
    return str(value)
