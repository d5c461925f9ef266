"""The one module that imports Great Expectations (8 CPU-seconds): a second reader of the rows.

The rules judge with DuckDB; here pyarrow reads and pandas judges. Ephemeral context, BOOLEAN_ONLY
results, no docs, no analytics, no progress bar: nothing is written, and of an exception inside an
expectation only "failed" is taken.
"""

import contextlib
import dataclasses
import logging
import os
import warnings
from collections.abc import Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Expectation:
    """What a rule expects of the rows, in Great Expectations' words.

    `name` is a class of `great_expectations.expectations`, `arguments` its fields.
    """

    rule: str
    column: str | None
    name: str
    arguments: Mapping[str, object]


def on_column(rule: str, column: str, name: str, **arguments) -> Expectation:
    return Expectation(rule, column, name, {"column": column, **arguments})


def failed(expectations: Sequence[Expectation], paths: Sequence) -> list[Expectation]:
    """Those of `expectations` that the rows of the Parquet files at `paths` do not meet."""
    with _silence():
        results = _validate(expectations, _frame(paths))
    # By position: a result's own text could quote data.
    if len(results) != len(expectations):
        return list(expectations)
    return [known for known, met in zip(expectations, results, strict=True) if not met]


def _validate(expectations: Sequence[Expectation], frame) -> list[bool]:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations import expectations as classes

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("candidate").add_dataframe_asset("rows")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name="rules")
    for number, known in enumerate(expectations):
        made = getattr(classes, known.name)(**known.arguments, meta={"number": number})
        suite.add_expectation(made)
    results = batch.validate(suite, result_format="BOOLEAN_ONLY").results
    met = {result.expectation_config.meta["number"]: result.success for result in results}
    return [met.get(number) is True for number in range(len(expectations))]


def _frame(paths: Sequence):
    """Arrow types in pandas, or a nullable integer would come back as a float."""
    import pandas
    import pyarrow
    import pyarrow.parquet

    parts = [pyarrow.parquet.ParquetFile(path).read() for path in paths]
    return pyarrow.concat_tables(parts).to_pandas(types_mapper=pandas.ArrowDtype)


@contextlib.contextmanager
def _silence():
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            open(os.devnull, "w") as sink,  # noqa: PTH123
            contextlib.redirect_stdout(sink),
            contextlib.redirect_stderr(sink),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
