"""The wire: authentication, lenient parsing, Databricks' error shape, and the routing of calls."""
