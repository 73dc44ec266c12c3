# Databricks notebook source
# A module and a package beside the notebook import.
import helpers_beside
from package_beside import VALUE

print(helpers_beside.shout('blue'), VALUE)
