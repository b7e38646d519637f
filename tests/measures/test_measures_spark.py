"""The same SQL files on a local Spark: every measure gives the rows that DuckDB gives."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

import pytest

from fairdue.cover.measures import PACKAGE as COVER
from fairdue.credit.catalogue import PACKAGE as CREDIT
from fairdue.credit.catalogue import measure_names
from fairdue.engine.measures import load, run
from fairdue.engine.snapshot import Snapshot, write_tables
from fairdue.engine.spark import SparkMeasures
from fairdue.ledger import measures
from fairdue.ledger.measures.behaviour import index_weights
from fairdue.ledger.measures.files import PACKAGE
from fairdue.ledger.measures.indicators import period_table
from fairdue.ledger.measures.nightly import NIGHTLY, parameters

from . import worked_portfolio
from .cover_portfolios import CoverMaker
from .cover_portfolios import tables as cover_tables
from .portfolios import START, Maker, known, moment, tables
from .strategy_portfolios import StrategyMaker
from .strategy_portfolios import tables as strategy_tables
from .test_measures_portfolio import RATES, regimes_of
from .test_measures_strategy import NAMES as STRATEGY
from .test_measures_strategy import PACKAGE as DUNNING
from .test_measures_strategy import WINDOWED

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore")]

NAMES = (*NIGHTLY, "open_items", "open_credit", "ageing_items", "promises", "held_items", "interest_levels")


@pytest.fixture(scope="module")
def spark():
    """One session for all; without Java the tests are skipped, but in CI (``CI=true``) they fail."""
    if shutil.which("java") is None and os.environ.get("CI", "").lower() != "true":
        pytest.skip("Java is absent")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("fairdue")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.adaptive.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        # Small tables: compiling a plan to bytecode costs far more than it saves.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.autoBroadcastJoinThreshold": "100m",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_every_measure_agrees_with_duckdb(spark, tmp_path):
    as_of = START + timedelta(days=301)
    rows = known(Maker(2026, customers=40, documents=800).rows, moment(380))
    extra = {
        "buckets": measures.bucket_table(),
        "periods": period_table(as_of),
        "index_weights": index_weights(),
        "item_regimes": measures.regime_table(regimes_of(rows)),
        "rates": measures.rate_table(RATES),
    }
    write_tables({**tables(rows), **extra}, company_id=1, as_of=as_of, known_at=moment(380), folder=tmp_path / "s")
    snapshot = Snapshot.open(tmp_path / "s")
    con = snapshot.connect()
    for file in snapshot.manifest.files:
        spark.read.parquet(str(snapshot.path(file.name))).createOrReplaceTempView(file.name)
    night = SparkMeasures(spark)
    for name in NAMES:
        measure, params = load(PACKAGE, name), parameters(as_of, name)
        expected = run(con, measure, **params).to_pylist()
        assert len(expected) > 0, name
        got = [row.asDict() for row in night.run(measure, **params).collect()]
        assert got == expected, name


def test_cover_agrees_with_duckdb(spark, tmp_path):
    as_of = START + timedelta(days=301)
    rows = known(CoverMaker(2026, customers=20, documents=300).rows, moment(380))
    write_tables(cover_tables(rows), company_id=1, as_of=as_of, known_at=moment(380), folder=tmp_path / "s")
    snapshot = Snapshot.open(tmp_path / "s")
    con = snapshot.connect()
    for file in snapshot.manifest.files:
        spark.read.parquet(str(snapshot.path(file.name))).createOrReplaceTempView(file.name)
    night = SparkMeasures(spark)
    for name in ("cover_items", "cover_deadlines", "cover_exposure", "cover_buyers", "cover_stopped"):
        measure = load(COVER, name)
        expected = run(con, measure, as_of=as_of).to_pylist()
        assert len(expected) > 0, name
        assert [row.asDict() for row in night.run(measure, as_of=as_of).collect()] == expected, name


def test_strategy_agrees_with_duckdb(spark, tmp_path):
    as_of = START + timedelta(days=301)
    rows = known(StrategyMaker(2026, customers=20, documents=300).rows, moment(380))
    write_tables(strategy_tables(rows), company_id=1, as_of=as_of, known_at=moment(380), folder=tmp_path / "s")
    snapshot = Snapshot.open(tmp_path / "s")
    con = snapshot.connect()
    for file in snapshot.manifest.files:
        spark.read.parquet(str(snapshot.path(file.name))).createOrReplaceTempView(file.name)
    night = SparkMeasures(spark)
    for name in STRATEGY:
        measure, params = load(DUNNING, name), {"from_on": as_of - timedelta(days=200)} if name in WINDOWED else {}
        expected = run(con, measure, as_of=as_of, **params).to_pylist()
        assert len(expected) > 0, name
        assert [row.asDict() for row in night.run(measure, as_of=as_of, **params).collect()] == expected, name


def test_every_indicator_agrees_with_duckdb(spark, tmp_path):
    as_of = worked_portfolio.AS_OF
    write_tables(worked_portfolio.tables(), company_id=1, as_of=as_of, known_at=moment(380), folder=tmp_path / "s")
    snapshot = Snapshot.open(tmp_path / "s")
    con = snapshot.connect()
    for file in snapshot.manifest.files:
        spark.read.parquet(str(snapshot.path(file.name))).createOrReplaceTempView(file.name)
    night = SparkMeasures(spark)
    for name in measure_names():
        measure, params = load(CREDIT, name), {"as_of": as_of, "earliest_on": as_of - timedelta(days=7)}
        expected = run(con, measure, **params).to_pylist()
        assert len(expected) > 0, name
        got = [row.asDict() for row in night.run(measure, **params).collect()]
        assert got == expected, name
