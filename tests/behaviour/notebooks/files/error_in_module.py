# Databricks notebook source
# The trace of an error in a module beside shows the module's line.
import broken_beside

broken_beside.f()
