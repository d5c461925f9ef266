"""Random queries over a labelled schema, half of them near misses, and twin databases to run on.

Twins share every public value and differ in the raw text alone. A query that the analysis calls
clean must give the same rows, in the same order, on all of them (non-interference, after Goguen
and Meseguer, 1982). One thread, so that the order of rows has no other cause.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import duckdb

from expectations.lineage import check_query

RAW_COLUMNS = {("s", "t"), ("s", "u"), ("m", "b")}
_SCHEMA = """
create table s (id integer, a varchar, g varchar, n integer, k integer, d timestamp,
    t varchar, u varchar);
create table m (id integer, sid integer, p varchar, v integer, b varchar);
create table w (id integer, x varchar, y integer);
create table l (id integer, xs integer[], tags varchar[]);
"""
_COLUMNS = {
    "s": {"int": ["id", "n", "k"], "text": ["a", "g"], "time": ["d"], "raw": ["t", "u"]},
    "m": {"int": ["id", "sid", "v"], "text": ["p"], "time": [], "raw": ["b"]},
    "w": {"int": ["id", "y"], "text": ["x"], "time": [], "raw": []},
    "l": {"int": ["id"], "text": [], "time": [], "raw": []},
}
PUBLIC_COLUMNS = {
    *(("s", c) for c in ["id", "a", "g", "n", "k", "d"]),
    *(("m", c) for c in ["id", "sid", "p", "v"]),
    *(("w", c) for c in ["id", "x", "y"]),
    *(("l", c) for c in ["id", "xs", "tags"]),
}
_LABEL_RULES = {"explicit_flow", "control_flow", "row_existence", "row_order", "error_channel"}
_WORDS = ("ask", "bug", "cat", "dig", "end", "fix")


def twins(count_random: int = 2) -> list[duckdb.DuckDBPyConnection]:
    """Return databases that differ in raw text: random ones, constant, NULL and colliding."""
    texts = [_random_text(random.Random(seed)) for seed in range(count_random)]
    texts += [lambda i: "same", lambda i: None, lambda i: _WORDS[i % 2]]
    return [_database(text) for text in texts]


def _random_text(rng: random.Random):
    return lambda i: rng.choice(["", None, rng.choice(_WORDS), *(
        "".join(rng.choices("abcxyz 019", k=rng.randint(1, 12))) for _ in range(4))])  # fmt: skip


def _database(text) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(_SCHEMA)
    for table, rows in _rows(text).items():
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into {table} values ({marks})", rows)
    return connection


def _rows(text) -> dict[str, list[list]]:
    rng = random.Random(7)
    groups = ("x", "y", None)
    return {
        "s": [[i, rng.choice("abcd"), rng.choice(groups), rng.randint(0, 5),
               rng.choice([None, 1, 2, 3]), f"2026-10-{1 + i % 9:02d} 0{i % 7}:00:00",
               text(i), text(i + 1)] for i in range(14)],
        "m": [[i, rng.randint(0, 16), rng.choice("pq"), rng.randint(-3, 9), text(i)]
              for i in range(18)],
        "w": [[i, word, i % 4] for i, word in enumerate(_WORDS)],
        "l": [[i, [rng.randint(0, 4) for _ in range(rng.randint(0, 3))],
               rng.sample(["a", "b", "x"], 2)] for i in range(6)],
    }  # fmt: skip


@dataclass
class Scope:
    """Columns in reach of an expression: {type: [qualified names]}; raw is text of raw columns."""

    names: dict[str, list[str]] = field(default_factory=dict)

    def plus(self, other: Scope) -> Scope:
        """Return the columns of both."""
        kinds = {*self.names, *other.names}
        return Scope({k: self.names.get(k, []) + other.names.get(k, []) for k in kinds})


class Generator:
    """Draws queries. `raw_share` is how often a text leaf is a raw column."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.raw_share = self.rng.choice([0.0, 0.05, 0.2, 0.4])
        self.aliases = 0

    def query(self) -> str:
        """Return one SELECT with one to four output columns."""
        shape = self._pick(
            (5, self._select), (2, self._with), (2, self._set), (1, self._recursive),
            (2, self._dropped), (1, self._as_of), (1, self._lateral), (1, self._pivoted),
            (1, self._unnested), (1, self._positional),
        )  # fmt: skip
        return shape()

    def _pick(self, *weighted):
        weights, values = zip(*weighted, strict=True)
        return self.rng.choices(values, weights)[0]

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _alias(self) -> str:
        self.aliases += 1
        return f"r{self.aliases}"

    def _table(self, name: str | None = None) -> tuple[str, Scope]:
        name = name or self.rng.choice(["s", "s", "m", "w"])
        alias = self._alias()
        names = {k: [f"{alias}.{c}" for c in cs] for k, cs in _COLUMNS[name].items()}
        return f"{name} {alias}", Scope(names)

    def _from(self) -> tuple[str, Scope]:
        text, scope = self._table()
        for _ in range(self._pick((5, 0), (3, 1), (1, 2))):
            other, more = self._table()
            kind = self._pick((3, "join"), (2, "left join"), (1, "full join"), (1, "semi join"),
                              (1, "anti join"), (1, "cross join"))  # fmt: skip
            both = scope.plus(more)
            condition = "" if kind == "cross join" else f" on {self._condition(both)}"
            text += f" {kind} {other}{condition}"
            scope = scope if kind in ("semi join", "anti join") else both
        return text, scope

    def _condition(self, scope: Scope) -> str:
        left, right = self.integer(scope, 1), self.integer(scope, 1)
        equal = f"{left} = {right}"
        return self._pick((4, equal), (1, f"{equal} and {self.boolean(scope, 1)}"),
                          (1, self.boolean(scope, 1)))  # fmt: skip

    def _select(self) -> str:
        source, scope = self._from()
        where = f" where {self.boolean(scope, 2)}" if self._chance(0.4) else ""
        return self._pick(
            (4, self._plain), (3, self._grouped), (2, self._windowed), (1, self._distinct)
        )(source, scope, where)

    def _outputs(self, scope: Scope) -> list[str]:
        kinds = [self.integer, self.integer, self.text, self.boolean]
        return [self.rng.choice(kinds)(scope, 2) for _ in range(self.rng.randint(1, 3))]

    def _listed(self, items: list[str]) -> str:
        return ", ".join(f"{item} as c{i}" for i, item in enumerate(items))

    def _plain(self, source: str, scope: Scope, where: str) -> str:
        query = f"select {self._listed(self._outputs(scope))} from {source}{where}"
        return query + self._tail(scope)

    def _tail(self, scope: Scope) -> str:
        order = f" order by {self._leaf(scope)}" if self._chance(0.3) else ""
        limit = self._pick((6, ""), (2, " limit 5"), (1, " limit 3 offset 2"))
        if self._chance(0.05):
            source, inner = self._table()
            limit = f" limit (select max({self._leaf_of('int', inner)}) % 5 from {source})"
        return order + limit

    def _distinct(self, source: str, scope: Scope, where: str) -> str:
        head = "distinct"
        if self._chance(0.4):
            head = f"distinct on ({self._leaf(scope)})"
        return f"select {head} {self._listed(self._outputs(scope))} from {source}{where}"

    def _grouped(self, source: str, scope: Scope, where: str) -> str:
        keys = [self._leaf(scope) for _ in range(self.rng.randint(0, 2))]
        values = [self._aggregate(scope) for _ in range(self.rng.randint(1, 2))]
        shown = [k for k in keys if self._chance(0.8)] + values
        group = ""
        if keys:
            listed = ", ".join(keys)
            group = " group by " + self._pick((5, listed), (1, f"rollup ({listed})"))
        having = f" having {self._aggregate(scope)} is not null" if self._chance(0.2) else ""
        return f"select {self._listed(shown)} from {source}{where}{group}{having}"

    def _aggregate(self, scope: Scope) -> str:
        call = self._pick(
            (3, "count(*)"), (2, f"count({self._leaf(scope)})"),
            (2, f"max({self._leaf(scope)})"), (2, f"sum({self.integer(scope, 1)})"),
            (1, f"count(distinct {self._leaf(scope)})"), (1, f"bool_or({self.boolean(scope, 1)})"),
            (1, f"arg_min({self._leaf(scope)}, {self._leaf(scope)})"),
            (1, f"list({self._leaf(scope)} order by {self._leaf(scope)})"),
            (1, f"string_agg({self.text(scope, 1)}, ',')"), (1, f"first({self._leaf(scope)})"),
        )  # fmt: skip
        return call + (f" filter (where {self.boolean(scope, 1)})" if self._chance(0.2) else "")

    def _windowed(self, source: str, scope: Scope, where: str) -> str:
        function = self._pick(
            (3, "row_number()"), (1, "dense_rank()"), (1, f"sum({self.integer(scope, 1)})"),
            (1, f"lag({self._leaf(scope)})"), (1, f"first_value({self._leaf(scope)})"),
            (1, "ntile(3)"), (1, "count(*)"),
        )  # fmt: skip
        partition = f"partition by {self._leaf(scope)} " if self._chance(0.5) else ""
        window = f"{function} over ({partition}order by {self._leaf(scope)})"
        outputs = self._listed([*self._outputs(scope), window])
        qualify = self._pick(
            (3, ""),
            (1, f" qualify {window} is not null"),
            (1, f" qualify row_number() over (order by {self._leaf(scope)}) < 4"),
        )
        return f"select {outputs} from {source}{where}{qualify}"

    def _with(self) -> str:
        inner = self._select()
        kind = self._pick((2, ""), (1, "materialized "), (1, "not materialized "))
        body = self._pick(
            (2, "select c0 from q"), (1, "select count(*) as c0 from q"),
            (1, "select a.c0 from q a, q b where a.c0 = b.c0"), (1, "select distinct c0 from q"),
            (1, "select w.id as c0 from w where w.id in (select id from s) and exists (from q)"),
        )  # fmt: skip
        return f"with q as {kind}({inner}) {body}"

    def _set(self) -> str:
        kind = self._pick((3, "union all"), (2, "union"), (1, "except"), (1, "intersect"),
                          (1, "except all"), (1, "union all by name"))  # fmt: skip
        sides = []
        for _ in range(2):
            source, scope = self._from()
            where = f" where {self.boolean(scope, 1)}" if self._chance(0.3) else ""
            outputs = [self.integer(scope, 1), self.text(scope, 1)]
            sides.append(f"(select {self._listed(outputs)} from {source}{where})")
        return f" {kind} ".join(sides)

    def _recursive(self) -> str:
        _, scope = self._table("s")
        alias = scope.names["int"][0].split(".")[0]
        start = f"select 1 as c0, {self.text(scope, 1)} as c1 from s {alias}"
        if self._chance(0.3):
            start += f" where {self.boolean(scope, 1)}"
        stop = self._pick((2, "c0 < 4"), (1, "c0 < 4 and length(c1) > 1"))
        return (f"with recursive q as ({start} union all select c0 + 1, c1 || 'z' from q where "
                f"{stop}) select c0{self._pick((2, ''), (1, ', c1'))} from q")  # fmt: skip

    def _dropped(self) -> str:
        """Reads raw text and drops it, or nearly."""
        leak = self._pick((3, "t"), (1, "length(t)"), (1, "row_number() over (order by t)"),
                          (1, "t like 'a%'"), (1, "lower(u)"))  # fmt: skip
        outer = self._pick(
            (4, "select id, n from q"), (2, "select g, count(*) from q group by g"),
            (1, "select id from q where z is not null"), (1, "select count(z) from q"),
            (1, "select id from q order by z"), (1, "select max(n) over (partition by z) from q"),
            (1, "select q.id from q left join w on q.n = w.id"),
            (1, "select q.id from q left join w on q.z::varchar = w.x"),
            (1, "select id, (select count(*) from w where w.y = q.n) from q"),
            (1, "select id, (select count(*) from w where w.x = q.z::varchar) from q"),
        )  # fmt: skip
        return f"with q as (select id, g, n, {leak} as z from s) {outer}"

    def _as_of(self) -> str:
        left, scope = self._table("s")
        right, more = self._table("w")
        key = self._pick((3, scope.names["int"][1]), (1, f"length({scope.names['raw'][0]})"))
        kind = self._pick((1, "asof join"), (1, "asof left join"))
        output = self._listed([scope.names["int"][0], more.names["int"][0]])
        return f"select {output} from {left} {kind} {right} on {key} >= {more.names['int'][1]}"

    def _lateral(self) -> str:
        source, scope = self._table("s")
        inner = self._pick(
            (2, f"(select x.id as z from m x where x.sid = {self.integer(scope, 1)} limit 2)"),
            (2, f"(select {self.integer(scope, 1)} + 1 as z)"),
            (1, f"(select unnest(range(abs({self.integer(scope, 1)}) % 3)) as z)"),
        )  # fmt: skip
        output = self._listed([scope.names["int"][0], "z"])
        return f"select {output} from {source}, lateral {inner} j(z)"

    def _pivoted(self) -> str:
        source, scope = self._from()
        inner = f"select {self.integer(scope, 1)} as i, {self.text(scope, 1)} as x from {source}"
        return self._pick(
            (1, f"from (pivot ({inner}) on x in ('a', 'b') using count(*) group by i)"),
            (1, f"from (pivot ({inner}) on i in (1, 2, 3) using max(x), count(*))"),
            (1, f"unpivot (select i, i + 1 as j, x from ({inner})) on i, j into name m value v"),
        )

    def _unnested(self) -> str:
        source, scope = self._table("s")
        listed = self._pick(
            (2, f"[{self.integer(scope, 1)}, 1]"), (1, f"range(abs({self.integer(scope, 1)}) % 4)"),
            (1, f"list_sort([{self.text(scope, 1)}, 'm'])"),
            (1, f"string_split({self.text(scope, 0)}, 'a')"),
        )  # fmt: skip
        outer = self._pick((2, "select id, e from q"), (1, "select id from q"),
                           (1, "select count(*) from q"))  # fmt: skip
        key = scope.names["int"][0]
        return f"with q as (select {key} as id, unnest({listed}) as e from {source}) {outer}"

    def _positional(self) -> str:
        source, scope = self._table("s")
        order = self._pick((2, ""), (1, f" order by {self._leaf(scope)}"))
        left = f"(select {self.integer(scope, 1)} as c0 from {source}{order})"
        return f"select a.c0, b.x from {left} a positional join (select x from w order by id) b"

    def _leaf(self, scope: Scope) -> str:
        kind = self._pick((3, "int"), (3, "text"), (1, "time"))
        return self._leaf_of(kind, scope)

    def _leaf_of(self, kind: str, scope: Scope) -> str:
        names = scope.names.get(kind, [])
        if kind == "text" and scope.names.get("raw") and self._chance(self.raw_share):
            names = scope.names["raw"]
        if not names:
            return {"int": "1", "text": "'x'", "time": "timestamp '2026-10-01'"}[kind]
        return self.rng.choice(names)

    def integer(self, scope: Scope, depth: int) -> str:
        """Return an integer expression."""
        if depth == 0 or self._chance(0.4):
            return self._leaf_of("int", scope)
        i, j = (lambda: self.integer(scope, depth - 1)), (lambda: self.text(scope, depth - 1))
        return self._pick(
            (2, f"({i()} + 1)"), (1, f"coalesce({i()}, 0)"), (2, f"length({j()})"),
            (1, f"(case when {self.boolean(scope, depth - 1)} then 1 else {i()} end)"),
            (1, f"(select count(*) from w where w.y = {i()})"),
            (1, f"(select max(w.y) from w where w.x = {j()})"),
            (1, f"list_sum(list_transform([1, 2], e -> e + coalesce({i()}, 0)))::int"),
            (1, f"len(list_filter([1, 2, 3], e -> e > {i()}))"),
            (1, "(select max(n) from s)"), (1, f"(round(1.5 * {i()}, 1))::int"),
            (1, f"strpos({j()}, 'a')"),
        )  # fmt: skip

    def text(self, scope: Scope, depth: int) -> str:
        """Return a text expression."""
        if depth == 0 or self._chance(0.4):
            return self._leaf_of("text", scope)
        j = self.text(scope, depth - 1)
        return self._pick(
            (1, f"upper({j})"), (1, f"({j} || 'q')"), (1, f"coalesce({j}, 'none')"),
            (1, f"left({j}, 2)"), (1, f"nullif({j}, 'x')"),
            (1, f"(case when {self.boolean(scope, depth - 1)} then 'in' else {j} end)"),
            (1, f"(select min(x) from w where w.id > {self.integer(scope, depth - 1)})"),
        )  # fmt: skip

    def boolean(self, scope: Scope, depth: int) -> str:
        """Return a boolean expression."""
        i = self.integer(scope, max(depth - 1, 0))
        j = self.text(scope, max(depth - 1, 0))
        return self._pick(
            (3, f"{i} > 1"), (1, f"{i} between 0 and 3"), (2, f"{j} = 'a'"), (1, f"{j} like 'b%'"),
            (1, f"{j} is null"), (1, f"{j} in (select x from w)"),
            (1, f"exists (select 1 from m where m.sid = {i})"), (1, f"{i} in (1, 2, 3)"),
            (1, f"exists (select 1 from w where w.x = {j})"), (1, f"not ({j} < 'm')"),
            (1, f"({i} > 1 or {j} = 'b')"), (1, f"{i} not in (select y from w)"),
        )  # fmt: skip


def outcome(connection, sql: str):
    """Return the rows in their order, or the kind of error."""
    try:
        return connection.execute(sql).fetchall()
    except duckdb.Error as error:
        return type(error).__name__


def judge(databases, sql: str) -> str:
    """Return how one query fared: broken, unknown, clean, unsound, dirty or dirty_but_equal."""
    first = outcome(databases[0], sql)
    if first in ("BinderException", "NotImplementedException"):
        return "broken"
    verdict = check_query(databases[0], sql, raw_columns=RAW_COLUMNS, public_columns=PUBLIC_COLUMNS)
    is_equal = all(outcome(database, sql) == first for database in databases[1:])
    if verdict.is_clean:
        return "clean" if is_equal else "unsound"
    if not {reason.rule for reason in verdict.reasons} & _LABEL_RULES:
        return "unknown"
    return "dirty_but_equal" if is_equal else "dirty"
