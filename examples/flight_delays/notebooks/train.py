# Databricks notebook source
# MAGIC %md
# MAGIC # Train the flight-delay model
# MAGIC Features, training, evaluation and publishing, each a stage that a job parameter `execute_<stage>`
# MAGIC switches off: the run then takes what an earlier run left. Ends with a JSON summary.

# COMMAND ----------

# DBTITLE 1,Parameters
dbutils.widgets.text("ml_wheel", "", "Wheel flight_delays (path)")
dbutils.widgets.text("mlops_wheel", "", "Wheel flight_delays_mlops (path)")
dbutils.widgets.text("experiment", "/Shared/flight_delays", "MLflow experiment")
dbutils.widgets.text("raw_data_path", "dbfs:/FileStore/flight_delays/raw", "Folder of the raw data")
dbutils.widgets.text("feature_table", "main.flight_delays.features", "Feature table")
dbutils.widgets.text("model_name", "main.flight_delays.arrival_delay", "Registered model")
dbutils.widgets.text("alias", "champion", "Alias to set")
dbutils.widgets.text("train_start", "2013-01-01", "First day to train on")
dbutils.widgets.text("train_end", "2013-09-30", "Last day to train on")
dbutils.widgets.text("evaluate_start", "2013-10-01", "First day to evaluate on")
dbutils.widgets.text("evaluate_end", "2013-10-31", "Last day to evaluate on")
dbutils.widgets.text("num_rounds", "300", "Boosting rounds")
dbutils.widgets.text("learning_rate", "0.05", "Learning rate")
dbutils.widgets.text("num_leaves", "31", "Leaves per tree")
dbutils.widgets.text("num_threads", "0", "Threads to train with (0: all cores)")
dbutils.widgets.text("min_rmse_gain", "0.0", "Least gain over the baseline's RMSE to publish")
for stage in ("feature_engineering", "training", "evaluation", "publish_model"):
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
import mlflow.lightgbm
import flight_delays_mlops as stages
from flight_delays.split import Period, check_order
from flight_delays.training import TrainingParameters


def text(name):
    return dbutils.widgets.get(name).strip()


def execute(stage):
    value = text(f"execute_{stage}").lower()
    if value not in ("true", "false"):
        raise ValueError(f"execute_{stage} is {value!r}: give true or false.")
    return value == "true"


def period(name):
    return Period(date.fromisoformat(text(f"{name}_start")), date.fromisoformat(text(f"{name}_end")))


training_period, evaluation_period = period("train"), period("evaluate")
if execute("training") and execute("evaluation"):
    check_order(training_period, evaluation_period)
both_periods = Period(training_period.start, evaluation_period.end)
parameters = TrainingParameters(
    num_rounds=int(text("num_rounds")),
    learning_rate=float(text("learning_rate")),
    num_leaves=int(text("num_leaves")),
    num_threads=int(text("num_threads")),
)
min_rmse_gain = float(text("min_rmse_gain"))
mlflow.lightgbm.autolog(disable=True)  # the stages log what is to be logged
experiment_id = mlflow.set_experiment(text("experiment")).experiment_id

# COMMAND ----------

# DBTITLE 1,What the stages that are switched off must have left: fail now rather than later
features = trained = evaluated = published = None
if not execute("feature_engineering") and (execute("training") or execute("evaluation")):
    features = stages.existing_features(
        spark, feature_table=text("feature_table"), period=both_periods
    )
if not execute("training") and (execute("evaluation") or execute("publish_model")):
    trained = stages.last_training(experiment_id=experiment_id)
if not execute("evaluation") and execute("publish_model"):
    if trained is None:
        raise ValueError(
            "publish_model takes only an evaluated model: with execute_training=true, "
            "set execute_evaluation=true too, or execute_publish_model=false."
        )
    evaluated = stages.last_evaluation(experiment_id=experiment_id, trained=trained)

# COMMAND ----------

# DBTITLE 1,Stage feature_engineering
if execute("feature_engineering"):
    features = stages.feature_engineering(
        spark,
        experiment_id=experiment_id,
        raw_data_path=text("raw_data_path"),
        feature_table=text("feature_table"),
        period=both_periods,
    )
print(features)

# COMMAND ----------

# DBTITLE 1,Stage training
if execute("training"):
    trained = stages.training(
        spark,
        experiment_id=experiment_id,
        feature_table=text("feature_table"),
        period=training_period,
        parameters=parameters,
    )
print(trained)

# COMMAND ----------

# DBTITLE 1,Stage evaluation
if execute("evaluation"):
    evaluated = stages.evaluation(
        spark,
        experiment_id=experiment_id,
        feature_table=text("feature_table"),
        trained=trained,
        period=evaluation_period,
    )
print(evaluated)

# COMMAND ----------

# DBTITLE 1,Stage publish_model
if execute("publish_model"):
    published = stages.publish_model(
        experiment_id=experiment_id,
        trained=trained,
        evaluated=evaluated,
        model_name=text("model_name"),
        alias=text("alias"),
        min_rmse_gain=min_rmse_gain,
    )
print(published)

# COMMAND ----------

# DBTITLE 1,Summary
results = {
    "feature_engineering": features,
    "training": trained,
    "evaluation": evaluated,
    "publish_model": published,
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
