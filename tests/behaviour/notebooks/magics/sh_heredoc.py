# Databricks notebook source
# DBTITLE 1,Here-documents, comments and quotes
# MAGIC %sh
# MAGIC # a comment
# MAGIC cat <<'END'
# MAGIC %md not a magic
# MAGIC $HOME
# MAGIC END
# MAGIC echo 'it''s'
