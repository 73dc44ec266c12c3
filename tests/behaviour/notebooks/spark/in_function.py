# Databricks notebook source
# Functions that get the session passed, or ask for it, work.
def count(session):
    return session.range(6).count()


print(count(spark))
