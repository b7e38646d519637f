"""Policies as data: what a policy may say (``shape``), reading YAML with helpful errors (``load``), shipped ones, diffs."""

from fairdue.dunning.policy.diff import diff
from fairdue.dunning.policy.load import load_yaml
from fairdue.dunning.policy.nodes import PolicyError, Problem
from fairdue.dunning.policy.shape import (
    Claiming,
    Entry,
    Origin,
    Policy,
    Release,
    Sender,
    Stage,
    StageAction,
    StageTask,
    Timing,
)
from fairdue.dunning.policy.shipped import shipped, shipped_yaml

__all__ = [
    "Claiming",
    "Entry",
    "Origin",
    "Policy",
    "PolicyError",
    "Problem",
    "Release",
    "Sender",
    "Stage",
    "StageAction",
    "StageTask",
    "Timing",
    "diff",
    "load_yaml",
    "shipped",
    "shipped_yaml",
]
