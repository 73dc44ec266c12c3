# Databricks notebook source
# A REST call with the context's address and token.
import urllib.request

context = dbutils.notebook.entry_point.getDbutils().notebook().getContext()
request = urllib.request.Request(
    context.apiUrl().get() + '/api/2.0/preview/scim/v2/Me',
    headers={'Authorization': 'Bearer ' + context.apiToken().get()},
)
print(urllib.request.urlopen(request).status)
