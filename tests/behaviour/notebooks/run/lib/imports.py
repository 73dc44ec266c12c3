# Databricks notebook source
import math
