# Databricks notebook source
dbutils.widgets.dropdown("reset_all_data", "true", ["true", "false"], "Reset all data")

# COMMAND ----------

# MAGIC %run ./lib/setup $reset_all_data=$reset_all_data

# COMMAND ----------

# MAGIC %md-sandbox
# MAGIC ## Feature engineering
# MAGIC <div style="float:right"><img src="https://example.org/x.png" width="500px"></div>

# COMMAND ----------

# DBTITLE 1,Read the bronze data
import random

random.seed(1)
rows = [(f"c{i}", random.choice(["Yes", "No"]), i % 72, f"{20 + i * 0.5:.2f}" if i % 10 else " ", random.choice(["DSL", "Fiber optic", "No"])) for i in range(200)]
spark.createDataFrame(rows, "customer_id string, churn string, tenure int, total_charges string, internet string").write.mode("overwrite").saveAsTable("churn_bronze")
display(table("churn_bronze").limit(3))

# COMMAND ----------

import pyspark.sql.functions as F
from pyspark.sql.functions import pandas_udf
import pandas as pd

@pandas_udf("double")
def log1p(s: pd.Series) -> pd.Series:
    import numpy as np
    return np.log1p(s)

@udf("string")
def band(tenure):
    return "new" if tenure < 12 else "old"

features = (spark.table("churn_bronze")
    .withColumn("total_charges", F.expr("try_cast(total_charges AS double)"))
    .na.fill({"total_charges": 0.0})
    .withColumn("log_tenure", log1p("tenure"))
    .withColumn("band", band("tenure"))
    .withColumn("churn", F.when(F.col("churn") == "Yes", 1).otherwise(0)))
(features.write.mode("overwrite").option("overwriteSchema", "true").partitionBy("band").saveAsTable("churn_features"))
spark.sql("COMMENT ON TABLE churn_features IS 'Features of churn'")

# COMMAND ----------

# MAGIC %sql
# MAGIC CREATE OR REPLACE TABLE churn_train AS
# MAGIC   SELECT *, CASE WHEN hash(customer_id) % 5 = 0 THEN 'test' ELSE 'train' END AS split FROM churn_features;
# MAGIC MERGE INTO churn_train t USING (SELECT 'c1' AS customer_id, 99 AS tenure) s ON t.customer_id = s.customer_id
# MAGIC   WHEN MATCHED THEN UPDATE SET tenure = s.tenure;
# MAGIC DESCRIBE HISTORY churn_train;

# COMMAND ----------

display(_sqldf.select("version", "operation"))

# COMMAND ----------

from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder
import mlflow
mlflow.set_registry_uri("databricks-uc")
mlflow.sklearn.autolog(log_models=False, silent=True)
pdf = spark.table("churn_train").toPandas()
train = pdf[pdf.split == "train"]
pipe = Pipeline([("prep", ColumnTransformer([("cat", OneHotEncoder(), ["internet", "band"])], remainder="passthrough")), ("lr", LogisticRegression(max_iter=500))])
columns = ["internet", "band", "tenure", "log_tenure", "total_charges"]
with mlflow.start_run(run_name="churn") as run:
    pipe.fit(train[columns], train["churn"])
    mlflow.log_table(train.head(3)[columns], "sample.json")
print(sorted(mlflow.get_run(run.info.run_id).data.params)[:2])
pipe

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT band, count(*) n FROM churn_train VERSION AS OF 0 GROUP BY band ORDER BY band

# COMMAND ----------

displayHTML("<h3>Done</h3>")
dbutils.notebook.exit("ok")
