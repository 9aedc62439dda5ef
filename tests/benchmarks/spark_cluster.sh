#!/usr/bin/env bash
# Every measure on real Spark against DuckDB: a master, two workers and a Spark Connect server on this machine, Java 17.
#   SPARK_HOME=/path/to/pyspark bash tests/benchmarks/spark_cluster.sh [CLAIMS [MEASURE...]]
# For SPARK_HOME: `pip install pyspark` of pyspark-client's version into an environment of its own, then
# .../site-packages/pyspark. Exits 1 when a figure differs, 2 when the cluster does not come up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
claims=${1:-2000}
: "${SPARK_HOME:?set it to a Spark 4 (the folder of the PyPI package pyspark will do)}"
master=17077 connect=15902
export SPARK_LOCAL_IP=127.0.0.1 SPARK_NO_DAEMONIZE=1
work=$(mktemp -d)
started=()

stop() {  # each in a process group of its own: a worker's executors end with it
  for group in "${started[@]}"; do kill -- "-$group" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start() {  # NAME COMMAND...
  setsid "${@:2}" >"$work/$1.log" 2>&1 &
  started+=($!)
}

wait_for() {  # NAME PORT: the process started last
  for _ in $(seq 120); do
    answers "$2" && return
    kill -0 "${started[-1]}" 2>/dev/null || break
    sleep 1
  done
  echo "the $1 does not answer on port $2; the end of its log:" >&2
  tail -n 20 "$work/$1.log" >&2
  exit 2
}

for port in $master $connect; do
  if answers "$port"; then echo "port $port is taken: does another cluster run?" >&2; exit 2; fi
done

cleanclaim() { .venv/bin/cleanclaim "$@" >"$work/cleanclaim.log" 2>&1 || { cat "$work/cleanclaim.log" >&2; return 2; }; }
cleanclaim sample "$work/sample" --claims "$claims" --seed 1
cleanclaim load "$work/sample" --db "$work/sample.duckdb"
cleanclaim export parquet "$work/export" --db "$work/sample.duckdb"

start master "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.master.Master --host 127.0.0.1 --port $master --webui-port 0
wait_for master $master
for worker in 1 2; do
  start "worker$worker" "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 \
    --memory 1536m --webui-port 0 --work-dir "$work/worker$worker" "spark://127.0.0.1:$master"
done
start server "$SPARK_HOME/bin/spark-submit" --class org.apache.spark.sql.connect.service.SparkConnectServer \
  --master "spark://127.0.0.1:$master" --driver-memory 1g --conf spark.executor.memory=1g --conf spark.ui.enabled=false \
  --conf spark.sql.shuffle.partitions=4 --conf spark.connect.grpc.binding.address=127.0.0.1 \
  --conf spark.connect.grpc.binding.port=$connect "local:$(echo "$SPARK_HOME"/jars/spark-connect_*.jar)"
wait_for server $connect
.venv/bin/python tests/benchmarks/spark_compare.py "$work/sample.duckdb" "$work/export" "spark://127.0.0.1:$connect" "${@:2}"
