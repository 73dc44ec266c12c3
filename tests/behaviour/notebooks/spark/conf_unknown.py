# Databricks notebook source
# An unknown setting without a default fails and is named.
spark.conf.get('behaviour.no.such.key')
