"""Clusters, and the processes that stand for them."""
