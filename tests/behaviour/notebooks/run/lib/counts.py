# Databricks notebook source
counter = globals().get('counter', 0) + 1
