# Databricks notebook source
# An object's own HTML is used.
class Card:
    def _repr_html_(self):
        return '<b>card</b>'

    def __repr__(self):
        return 'Card()'

# COMMAND ----------

Card()

# COMMAND ----------

display(Card())
