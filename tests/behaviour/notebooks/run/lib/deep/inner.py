# Databricks notebook source
inner_value = 41
