"""The engine's own statements to the Spark Connect server, past the interceptor."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyspark.sql.connect.proto as pb2

Message = Any  # protobuf's generated classes are known to mypy only as far as their stubs go


class Backchannel:
    """Runs statements in a user's session on a channel of its own.

    A channel of its own, because a statement of the interceptor must not be intercepted again.

    Args:
        stub: The Spark Connect service's stub on a plain channel.
        request: A request of the user's session; its session and user are taken over.
    """

    def __init__(self, stub: Any, request: Message) -> None:
        self._stub = stub
        self._session_id = request.session_id
        self._user_context = request.user_context

    def run(self, plan: Message) -> list[Message]:
        """Execute a plan.

        Args:
            plan: A ``pb2.Plan``.

        Returns:
            Every response, in order.

        Raises:
            grpc.RpcError: What the server answered; the client turns it into Spark's exception.
        """
        request = pb2.ExecutePlanRequest(
            session_id=self._session_id, user_context=self._user_context, plan=plan
        )
        return list(self._stub.ExecutePlan(request))

    def sql(self, statement: str) -> None:
        """Execute a statement whose result does not matter."""
        plan = pb2.Plan()
        plan.command.sql_command.input.sql.query = statement
        self.run(plan)

    def command(self, command: Message) -> None:
        """Execute a ``pb2.Command``."""
        self.run(pb2.Plan(command=command))

    def table(self, relation: Message) -> pa.Table:
        """Execute a ``pb2.Relation`` and fetch its rows."""
        batches: list[pa.RecordBatch] = []
        schema: pa.Schema | None = None
        for response in self.run(pb2.Plan(root=relation)):
            if response.HasField("arrow_batch"):
                with pa.ipc.open_stream(response.arrow_batch.data) as reader:
                    schema = reader.schema
                    batches.extend(reader)
        return pa.Table.from_batches(batches, schema=schema)

    def schema(self, relation: Message) -> Message:
        """The ``pb2.DataType`` of a relation, without running it."""
        request = pb2.AnalyzePlanRequest(
            session_id=self._session_id, user_context=self._user_context
        )
        request.schema.plan.root.CopyFrom(relation)
        return self._stub.AnalyzePlan(request).schema.schema

    def set_conf(self, key: str, value: str) -> None:
        """Set one property of the session's configuration."""
        request = pb2.ConfigRequest(session_id=self._session_id, user_context=self._user_context)
        pair = request.operation.set.pairs.add()
        pair.key, pair.value = key, value
        self._stub.Config(request)

    def unset_conf(self, *keys: str) -> None:
        """Let properties of the session's configuration have their defaults."""
        request = pb2.ConfigRequest(session_id=self._session_id, user_context=self._user_context)
        request.operation.unset.keys.extend(keys)
        self._stub.Config(request)

    def all_conf(self) -> dict[str, str]:
        """Every property of the session's configuration that is set."""
        request = pb2.ConfigRequest(session_id=self._session_id, user_context=self._user_context)
        request.operation.get_all.SetInParent()
        return {pair.key: pair.value for pair in self._stub.Config(request).pairs}

    def get_conf(self, key: str) -> str | None:
        """One property of the session's configuration, or None when it is unset."""
        request = pb2.ConfigRequest(session_id=self._session_id, user_context=self._user_context)
        request.operation.get_option.keys.append(key)
        for pair in self._stub.Config(request).pairs:
            return pair.value if pair.HasField("value") else None
        return None


def local_relation(table: pa.Table) -> Message:
    """A relation that holds the rows of a table."""
    if not table.num_columns:
        return pb2.Relation(local_relation=pb2.LocalRelation(schema="struct<>"))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        if table.num_rows:
            writer.write_table(table)
        else:  # The engine takes the columns from a batch, and wants one.
            columns = [pa.array([], field.type) for field in table.schema]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=table.schema))
    return pb2.Relation(local_relation=pb2.LocalRelation(data=sink.getvalue().to_pybytes()))
