# Databricks notebook source
# MAGIC %md
# MAGIC # Score flights in batch
# MAGIC Features of the period, predictions by the published model, and publishing of the results, each a
# MAGIC stage that a job parameter `execute_<stage>` switches off: the run then takes what an earlier run
# MAGIC left. Ends with a JSON summary.

# COMMAND ----------

# DBTITLE 1,Parameters
dbutils.widgets.text("ml_wheel", "", "Wheel flight_delays (path)")
dbutils.widgets.text("mlops_wheel", "", "Wheel flight_delays_mlops (path)")
dbutils.widgets.text("experiment", "/Shared/flight_delays", "MLflow experiment")
dbutils.widgets.text("raw_data_path", "dbfs:/FileStore/flight_delays/raw", "Folder of the raw data")
dbutils.widgets.text("feature_table", "main.flight_delays.features", "Feature table")
dbutils.widgets.text("scored_table", "main.flight_delays.scored", "Scored table")
dbutils.widgets.text("results_path", "dbfs:/FileStore/flight_delays/results", "Folder of the results")
dbutils.widgets.text("model_name", "main.flight_delays.arrival_delay", "Registered model")
dbutils.widgets.text("alias", "champion", "Alias to score with")
dbutils.widgets.text("score_start", "2013-11-01", "First day to score")
dbutils.widgets.text("score_end", "2013-12-31", "Last day to score")
for stage in ("feature_engineering", "batch_scoring", "publish_results"):
    dbutils.widgets.dropdown(f"execute_{stage}", "true", ["true", "false"], f"Execute {stage}")

# COMMAND ----------

# DBTITLE 1,The wheels of this release
ml_wheel = dbutils.widgets.get("ml_wheel")
mlops_wheel = dbutils.widgets.get("mlops_wheel")
if not (ml_wheel and mlops_wheel):
    raise ValueError("Give ml_wheel and mlops_wheel: the paths of the two wheels to install.")

# COMMAND ----------

# MAGIC %pip install $ml_wheel $mlops_wheel

# COMMAND ----------

# DBTITLE 1,Read the parameters
import json
from datetime import date

import mlflow
import flight_delays_mlops as stages
from flight_delays.split import Period


def text(name):
    return dbutils.widgets.get(name).strip()


def execute(stage):
    value = text(f"execute_{stage}").lower()
    if value not in ("true", "false"):
        raise ValueError(f"execute_{stage} is {value!r}: give true or false.")
    return value == "true"


scoring_period = Period(date.fromisoformat(text("score_start")), date.fromisoformat(text("score_end")))
experiment_id = mlflow.set_experiment(text("experiment")).experiment_id

# COMMAND ----------

# DBTITLE 1,What the stages that are switched off must have left: fail now rather than later
features = scored = published = None
if not execute("feature_engineering") and execute("batch_scoring"):
    features = stages.existing_features(
        spark, feature_table=text("feature_table"), period=scoring_period
    )
if not execute("batch_scoring") and execute("publish_results"):
    scored = stages.last_scoring(
        experiment_id=experiment_id, scored_table=text("scored_table"), period=scoring_period
    )

# COMMAND ----------

# DBTITLE 1,Stage feature_engineering
if execute("feature_engineering"):
    features = stages.feature_engineering(
        spark,
        experiment_id=experiment_id,
        raw_data_path=text("raw_data_path"),
        feature_table=text("feature_table"),
        period=scoring_period,
    )
print(features)

# COMMAND ----------

# DBTITLE 1,Stage batch_scoring
if execute("batch_scoring"):
    scored = stages.batch_scoring(
        spark,
        experiment_id=experiment_id,
        feature_table=text("feature_table"),
        scored_table=text("scored_table"),
        period=scoring_period,
        model_name=text("model_name"),
        alias=text("alias"),
    )
print(scored)

# COMMAND ----------

# DBTITLE 1,Stage publish_results
if execute("publish_results"):
    published = stages.publish_results(
        spark,
        experiment_id=experiment_id,
        scored=scored,
        results_path=text("results_path"),
        write_file=lambda path, content: dbutils.fs.put(path, content, True),
    )
print(published)

# COMMAND ----------

# DBTITLE 1,Summary
results = {
    "feature_engineering": features,
    "batch_scoring": scored,
    "publish_results": published,
}
dbutils.notebook.exit(
    json.dumps(
        {
            stage: {"executed": execute(stage), **stages.summary(result)}
            for stage, result in results.items()
            if result is not None
        }
    )
)
