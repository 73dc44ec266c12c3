# Databricks notebook source
# basicConfig by the notebook works.
import logging

logging.basicConfig(level=logging.INFO, format='%(levelname)s %(message)s', force=True)
logging.info('begun')
