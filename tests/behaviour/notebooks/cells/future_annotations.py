# Databricks notebook source
# from __future__ at the top of a cell.
from __future__ import annotations


def f(x: Undefined) -> Undefined:
    return x


print(f.__annotations__)
