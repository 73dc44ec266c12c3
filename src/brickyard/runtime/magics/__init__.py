"""The cells that are not Python, and the line magics of those that are: a module a family.

Sources: docs on notebook magics; databricks-behaviour: ``%run`` is alone in its cell, shares the
namespace, and takes ``$name="value"``; ``%sh`` fails the cell only with ``-e``.
"""
