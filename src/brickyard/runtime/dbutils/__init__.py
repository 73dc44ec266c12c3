"""``dbutils`` on the local workspace, with the signatures of ``databricks.sdk.runtime``."""

from brickyard.runtime.dbutils.facade import DBUtils

__all__ = ["DBUtils"]
