"""Inside a notebook's process on the local workspace: cells, magics, dbutils, libraries."""
