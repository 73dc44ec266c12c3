from __future__ import annotations

import pytest
from databricks.sdk.service.jobs import JobSettings

from brickyard.delivery.errors import RunError
from brickyard.delivery.parameters import RunParameters, check_parameters, split_parameters

TASKS = [{"task_key": "a", "notebook_task": {"notebook_path": "/a", "base_parameters": {"b": "1"}}}]
DECLARED = JobSettings.from_dict({"tasks": TASKS, "parameters": [{"name": "p", "default": "1"}]})
BASE_ONLY = JobSettings.from_dict({"tasks": TASKS})


def test_pairs_are_split_at_the_first_equals_sign_only() -> None:
    assert split_parameters(["a=b=c", "d=", "e= f"]) == {"a": "b=c", "d": "", "e": " f"}


@pytest.mark.parametrize("pairs", [["a"], ["=b"], ["a=1", "a=2"]])
def test_bad_pairs_are_refused(pairs: list[str]) -> None:
    with pytest.raises(RunError, match=r"not of the form key=value|given twice"):
        split_parameters(pairs)


def test_declared_parameters_go_as_job_parameters() -> None:
    assert check_parameters("j", DECLARED, {"p": "2"}) == RunParameters(job_parameters={"p": "2"})
    assert check_parameters("j", DECLARED, {}) == RunParameters()


def test_base_parameters_go_as_notebook_parameters() -> None:
    expected = RunParameters(notebook_params={"b": "2"})
    assert check_parameters("j", BASE_ONLY, {"b": "2"}) == expected


def test_unknown_parameters_are_refused_with_the_near_one() -> None:
    with pytest.raises(RunError, match=r"Job 'j' has no parameter 'pp'. Did you mean 'p'\?"):
        check_parameters("j", DECLARED, {"pp": "2"})
    with pytest.raises(RunError, match="It takes no parameters"):
        check_parameters("j", JobSettings(), {"x": "2"})
    with pytest.raises(RunError, match="base parameter of a task only"):
        check_parameters("j", DECLARED, {"b": "2"})
