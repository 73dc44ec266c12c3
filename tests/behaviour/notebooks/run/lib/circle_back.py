# Databricks notebook source
# MAGIC %run ../circle
