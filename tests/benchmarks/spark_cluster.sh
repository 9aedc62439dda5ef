#!/usr/bin/env bash
# The engine's tests against real Spark: a master, two workers and a Spark Connect server on this machine, Java 17.
#   SPARK_HOME=/path/to/pyspark bash tests/benchmarks/spark_cluster.sh     (`pip install pyspark` into another folder)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
: "${SPARK_HOME:?set it to a Spark 4 (the folder of the PyPI package pyspark will do)}"
export SPARK_LOCAL_IP=127.0.0.1
work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

run() { "$@" >>"$work/log" 2>&1 & started+=($!); }

run "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.master.Master --host 127.0.0.1 --port 17077 --webui-port 0
sleep 5
for worker in 1 2; do
  run "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 --memory 1536m \
    --webui-port 0 --work-dir "$work/worker$worker" spark://127.0.0.1:17077
done
run "$SPARK_HOME/bin/spark-submit" --class org.apache.spark.sql.connect.service.SparkConnectServer \
  --master spark://127.0.0.1:17077 --driver-memory 1g --conf spark.executor.memory=1g --conf spark.ui.enabled=false \
  --conf spark.sql.shuffle.partitions=4 --conf spark.connect.grpc.binding.address=127.0.0.1 \
  --conf spark.connect.grpc.binding.port=15902 "local:$(echo "$SPARK_HOME"/jars/spark-connect_*.jar)"
for _ in $(seq 60); do
  (exec 3<>/dev/tcp/127.0.0.1/15902) 2>/dev/null && break
  sleep 1
done
CLEANCLAIM_SPARK_URL=spark://127.0.0.1:15902 .venv/bin/python -m pytest -q --durations=0 tests/etl/engine "$@"
