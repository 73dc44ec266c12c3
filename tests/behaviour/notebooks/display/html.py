# Databricks notebook source
# displayHTML keeps the HTML as it is.
displayHTML('<h1 id="x">Sales</h1>')
