# Databricks notebook source
# Native code opens the platform's paths: SQLite.
import sqlite3

with sqlite3.connect('/dbfs/behaviour_numbers.db') as connection:
    connection.execute('create table if not exists numbers (n integer)')
    connection.execute('insert into numbers values (42)')
print(sqlite3.connect('/dbfs/behaviour_numbers.db').execute('select n from numbers').fetchall())
