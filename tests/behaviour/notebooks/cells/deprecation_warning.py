# Databricks notebook source
# A deprecated call in the notebook's own code is shown, as __main__ code.
import warnings

warnings.warn('old', DeprecationWarning)
