# Databricks notebook source
# IPython's own display calls.
from IPython.display import HTML, Markdown, display as show

show(HTML('<i>html</i>'))
show(Markdown('*words*'))
show('text', 42)
