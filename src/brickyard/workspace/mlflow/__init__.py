"""MLflow itself as a child process, its database, and Databricks' calls mapped onto it."""
