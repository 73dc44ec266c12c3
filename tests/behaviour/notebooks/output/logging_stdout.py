# Databricks notebook source
# A handler on sys.stdout works, over several cells.
import logging, sys

logger = logging.getLogger('ours')
logger.setLevel(logging.INFO)
logger.propagate = False
logger.addHandler(logging.StreamHandler(sys.stdout))

# COMMAND ----------

logger.info('second cell')
