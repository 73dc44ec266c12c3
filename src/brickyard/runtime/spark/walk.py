"""Finding the parts of a Spark Connect plan that name tables or paths, quickly.

A plan is mostly expressions, which hold neither; which fields can lead to what is wanted is
worked out once from protobuf's descriptors.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pyspark.sql.connect.proto as pb2

WANTED = frozenset(
    {
        "spark.connect.Read",
        "spark.connect.Relation",
        "spark.connect.SQL",
        "spark.connect.Catalog",
        "spark.connect.WriteOperationV2",
        "spark.connect.WriteStreamOperationStart",
        "spark.connect.MergeIntoTableCommand",
        "spark.connect.CreateDataFrameViewCommand",
    }
)
# Expressions refer to the plans of their subqueries by id; the plans hang elsewhere.
_CLOSED = frozenset({"spark.connect.Expression", "spark.connect.DataType"})


def _children(descriptor: Any) -> Iterator[Any]:
    for field in descriptor.fields:
        child = field.message_type
        if child is not None and child.full_name not in _CLOSED:
            yield field


@cache
def _leading() -> frozenset[str]:
    """Full names of the messages that are wanted or can hold one that is."""
    graph: dict[str, set[str]] = {}
    todo = [pb2.Plan.DESCRIPTOR, pb2.AnalyzePlanRequest.DESCRIPTOR]
    while todo:
        descriptor = todo.pop()
        if descriptor.full_name in graph:
            continue
        kids = [field.message_type for field in _children(descriptor)]
        graph[descriptor.full_name] = {kid.full_name for kid in kids}
        todo.extend(kids)
    leading = set(WANTED & graph.keys())
    while True:
        more = {name for name, kids in graph.items() if name not in leading and kids & leading}
        if not more:
            return frozenset(leading)
        leading |= more


_Routes = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], frozenset[str]]


@cache
def _routes(name: str, descriptor: Any) -> _Routes:  # noqa: ARG001 - the name is the cache's key
    """Fields of a message worth following: repeated ones, single ones, oneofs and their members."""
    repeated, single, oneofs, members = [], [], set(), set()
    for field in _children(descriptor):
        if field.message_type.full_name not in _leading():
            continue
        if field.message_type.GetOptions().map_entry:
            continue
        if field.is_repeated:
            repeated.append(field.name)
        elif field.containing_oneof is not None:
            oneofs.add(field.containing_oneof.name)
            members.add(field.name)
        else:
            single.append(field.name)
    return tuple(repeated), tuple(single), tuple(oneofs), frozenset(members)


def reads_binary(relation: Any) -> bool:
    """Whether a relation is a ``binaryFile`` read."""
    if relation.WhichOneof("rel_type") != "read":
        return False
    return bool(relation.read.data_source.format.lower() == "binaryfile")


def walk(message: Any) -> Iterator[Any]:
    """Yield every wanted message in a plan, the outer before the inner.

    Args:
        message: A plan, relation, command or analyze request. What is yielded may be changed in
            place by the caller; changes made to its children are seen.
    """
    stack = [message]
    while stack:
        current = stack.pop()
        descriptor = current.DESCRIPTOR
        if descriptor.full_name == "spark.connect.Relation" and reads_binary(current):
            yield current
            continue  # It has been wrapped in another.
        if descriptor.full_name in WANTED:
            yield current
        repeated, single, oneofs, members = _routes(descriptor.full_name, descriptor)
        for name in repeated:
            stack.extend(getattr(current, name))
        stack.extend(getattr(current, name) for name in single if current.HasField(name))
        for oneof in oneofs:
            chosen = current.WhichOneof(oneof)
            if chosen in members:
                stack.append(getattr(current, chosen))
