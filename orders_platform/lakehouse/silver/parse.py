"""A bronze row as an event: the body parsed once into the contract's types, and what the rules need to judge it."""

from collections.abc import Iterator
from typing import Any

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.contracts.personal import KEYS_PATTERN, LIGATURES, TEXT_PATTERN, single_folds
from orders_platform.contracts.reading import LINE_SHAPE, SHAPE
from orders_platform.contracts.spelling import DEEPEST, TIMESTAMP_PATTERN

_MISFIT = "_misfit"
_TEXT_FIELDS = tuple(name for name, kind in SHAPE.items() if kind == "string")
_DATA_TEXT_FIELDS = tuple(name for name, kind in SHAPE["data"].items() if kind == "string")
_LINE_TEXT_FIELDS = tuple(name for name, kind in LINE_SHAPE.items() if kind == "string")
_TEXT_NAMES = (*_TEXT_FIELDS, *_DATA_TEXT_FIELDS, *_LINE_TEXT_FIELDS)


def _type(kind: Any) -> str:  # noqa: ANN401  a name, a mapping, or a list of one mapping
    if isinstance(kind, dict):
        return f"struct<{', '.join(f'{name}: {_type(inner)}' for name, inner in kind.items())}>"
    return f"array<{_type(kind[0])}>" if isinstance(kind, list) else str(kind)


# The body is read twice, in two wraps: both readers ignore what follows a value, but no text can close both wraps early.
_WRAPPED = f"event {_type(SHAPE)}, {_MISFIT} string"
_TEXT = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_OPTIONS = {"columnNameOfCorruptRecord": _MISFIT}


def parsed(messages: DataFrame) -> DataFrame:
    """Bronze rows with `event` and every column that the rules name (see contracts.rules).

    Spark's variant is the strict reader: it holds no key twice, no NaN, and remembers what was text and what a number.
    """
    read = (
        messages.select("*", F.expr(_json()).alias("_json"))
        .select("*", F.expr("schema_of_variant(_json)").alias("_shape"), _read().alias("_read"))
        .select("*", F.col("_read.event").alias("event"))
        .select("*", _well_formed().alias("well_formed"), *_times(), *_lines())
        .select("*", _personal().alias("personal_fields"))
    )
    return read.selectExpr("* EXCEPT (_json, _shape, _read)")


def _json() -> str:
    """The body as a variant; null where it is nested too deep: to work out such a shape overflows the stack, and ends Spark."""
    text = "cast(value AS string)"
    brackets = f"regexp_replace(regexp_replace({text}, '{_quoted(_TEXT)}', ''), '[^\\\\[\\\\]{{}}]', '')"
    step = "CASE WHEN sign IN ('[', '{') THEN 1 WHEN sign IN (']', '}') THEN -1 ELSE 0 END"
    depth = (
        f"aggregate(split({brackets}, ''), struct(0 AS now, 0 AS most), (found, sign) -> "
        f"struct(found.now + {step} AS now, greatest(found.most, found.now + {step}) AS most), found -> found.most)"
    )
    # the cheap questions first: few bodies are long, and fewer hold that many brackets
    opened = "octet_length(value) - octet_length(replace(replace(cast(value AS string), '[', ''), '{', ''))"
    deep = f"octet_length(value) > {2 * DEEPEST} AND {opened} > {DEEPEST} AND {depth} > {DEEPEST}"
    return f"CASE WHEN {deep} THEN NULL ELSE try_parse_json(concat('[', {text}, ']')) END"


def _read() -> SparkColumn:
    """The body in the contract's types."""
    wrapped = F.concat(F.lit('{"event":'), F.col("value").cast("string"), F.lit("}"))
    return F.from_json(wrapped, _WRAPPED, _OPTIONS)


def _well_formed() -> SparkColumn:
    conditions = (
        "is_valid_utf8(value)",
        "length(value) > 0",
        "_json IS NOT NULL",
        "variant_get(_json, '$[1]') IS NULL",
        "event IS NOT NULL",
        f"_read.{_MISFIT} IS NULL",
        # the cheap question first: whether any field of such a name, at whatever depth, is no text
        f"CASE WHEN _shape RLIKE '[<,] ?({'|'.join(_TEXT_NAMES)}): (?!STRING|VOID)' THEN {_texts_are_text()} ELSE true END",
    )
    return F.expr("coalesce(" + " AND ".join(conditions) + ", false)")


def _texts_are_text() -> str:
    """Whether the contract's own text fields hold text; from_json would take a number or an object for its characters."""
    paths = [f"$[0].{name}" for name in _TEXT_FIELDS] + [f"$[0].data.{name}" for name in _DATA_TEXT_FIELDS]
    texts = [f"coalesce(schema_of_variant(variant_get(_json, '{path}')) IN ('STRING', 'VOID'), true)" for path in paths]
    lines = "schema_of_variant(variant_get(_json, '$[0].data.lines'))"
    wrong = f"[<,] ?({'|'.join(_LINE_TEXT_FIELDS)}): (?!STRING|VOID)"
    return "(" + " AND ".join((*texts, f"coalesce(NOT {lines} RLIKE '{wrong}', true)")) + ")"


def _times() -> Iterator[SparkColumn]:
    for column, text in (
        ("event_time", "event.time"),
        ("placed_at", "event.data.placed_at"),
        ("occurred_at", "event.data.occurred_at"),
    ):
        yield F.when(F.col(text).rlike(TIMESTAMP_PATTERN), F.try_to_timestamp(F.col(text))).alias(column)


def _lines() -> Iterator[SparkColumn]:
    """What the rules say of lines, worked out once; sums beyond 64 bits are null, which no total equals."""
    lines = "event.data.lines"
    amount = "try_multiply(line.unit_price_minor, line.quantity)"
    missing = " OR ".join(f"line.{name} IS NULL" for name in LINE_SHAPE)
    facts = {
        "line_count": f"size({lines})",
        "null_line_fields": f"size(filter({lines}, line -> {missing}))",
        "line_total": f"aggregate({lines}, 0L, (total, line) -> try_add(total, {amount}))",
        "line_units": f"aggregate({lines}, 0L, (total, line) -> try_add(total, line.quantity))",
        "distinct_line_nos": f"size(array_distinct({lines}.line_no))",
        "min_line_no": f"array_min({lines}.line_no)",
        "min_quantity": f"array_min({lines}.quantity)",
        "max_quantity": f"array_max({lines}.quantity)",
        "min_price": f"array_min({lines}.unit_price_minor)",
        "max_price": f"array_max({lines}.unit_price_minor)",
    }
    return (F.expr(expression).alias(name) for name, expression in facts.items())


def _personal() -> SparkColumn:
    """Personal keys. Only a body whose shape gives cause is searched: the search costs as much as the parsing.

    The shape names every key, with escapes resolved, but for objects in arrays of mixed kinds (VARIANT). The event is searched as
    Spark writes it, with escapes resolved as well; what is no event, as it came.
    """
    shape = F.col("_shape")
    plain = F.when(F.octet_length(shape) == F.length(shape), shape).otherwise(_folded(shape))
    cause = plain.rlike(f"(?i)[<,] ?`?(?:{KEYS_PATTERN})`?: |VARIANT")
    text = F.when(F.col("well_formed"), F.expr("to_json(_json)")).otherwise(F.expr("make_valid_utf8(cast(value AS string))"))
    found = F.regexp_extract_all(_folded(text), F.lit(TEXT_PATTERN), F.lit(1))
    return F.when(~F.col("well_formed") | cause, found).otherwise(F.array().cast("array<string>"))


def _folded(text: SparkColumn) -> SparkColumn:
    """In plain letters, as contracts.personal folds a text."""
    for sign, letters in LIGATURES.items():
        text = F.replace(text, F.lit(sign), F.lit(letters))
    return F.translate(text, *single_folds())


def _quoted(pattern: str) -> str:
    return pattern.replace("\\", "\\\\").replace("'", "\\'")
