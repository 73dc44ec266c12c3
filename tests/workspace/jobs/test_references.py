from __future__ import annotations

import pytest

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.jobs.references import resolve

VALUES = {"job.id": "7", "job.parameters.day": "2013-10-01", "run_id": "12"}


def test_references_are_filled_in_wherever_text_stands() -> None:
    value = {"a": "{{job.id}}/{{ job.parameters.day }}", "b": ["{{run_id}}", 3, None]}

    assert resolve(value, VALUES) == {"a": "7/2013-10-01", "b": ["12", 3, None]}


def test_unknown_text_stays_as_it_is() -> None:
    assert resolve("{{nothing}} {{ 1 + 1 }} {{}}", VALUES) == "{{nothing}} {{ 1 + 1 }} {{}}"


def test_a_wrong_reference_in_a_known_namespace_is_refused_with_the_near_match() -> None:
    with pytest.raises(ApiError, match=r"Did you mean 'job\.parameters\.day'"):
        resolve("{{job.parameters.dya}}", VALUES)


def test_backticks_quote_a_name_that_is_none() -> None:
    values = {"tasks.a.values.my key": "1", "tasks.a.values.k": "2"}

    assert resolve("{{tasks.a.values.`my key`}}{{tasks.`a`.values.k}}", values) == "12"


def test_a_value_that_no_task_has_set_is_refused() -> None:
    with pytest.raises(ApiError, match=r"\{\{tasks\.a\.values\.k\}\} is not known"):
        resolve("{{tasks.a.values.k}}", VALUES)


def test_the_input_of_a_loop_is_not_there_yet() -> None:
    with pytest.raises(ApiError) as caught:
        resolve("{{input.a}}", VALUES)

    assert caught.value.status == 501
