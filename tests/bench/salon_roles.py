"""What a database role for each salon would cost (ADR 35): `python -m tests.bench.salon_roles`, in its own database.

Beside `SET search_path` alone, as it is: `SET ROLE` with it for each request, the grants at opening, and what many
roles do to a log-in. Nothing of it is kept.
"""

import json
import os
import statistics
import time
from collections.abc import Callable

import psycopg

ROLES = int(os.environ.get("BENCH_ROLES", "1000"))
TABLES, ROUNDS = 80, 2000
DATABASE = "salon_roles_bench"


def timed(works: dict[str, Callable[[int], object]], rounds: int) -> None:
    """Each in turn, so that a busy machine is so to all; the 5th percentile is what the work itself takes."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name, work in works.items():
            began = time.perf_counter()
            work(number)
            took[name].append((time.perf_counter() - began) * 1e6)
    for name, found in took.items():
        say(name, p5_us=round(statistics.quantiles(found, n=20)[0], 1), p50_us=round(statistics.median(found), 1))


def say(what: str, **figures: float) -> None:
    print(json.dumps({"measure": what, **figures}), flush=True)


def open_all(connection: psycopg.Connection) -> None:
    """Schemas with tables, and a role for each that may use its own alone."""
    began = time.perf_counter()
    for number in range(ROLES):
        connection.execute(f"CREATE SCHEMA s{number}")
        # One real table is enough to ask; grants are measured on a schema with all of them.
        connection.execute(f"CREATE TABLE s{number}.t0 (id bigint); INSERT INTO s{number}.t0 VALUES ({number})")
    say("schemas", n=ROLES, s=round(time.perf_counter() - began, 2))
    began = time.perf_counter()
    for number in range(ROLES):
        connection.execute(f"CREATE ROLE bench_salon_{number} NOLOGIN")
        connection.execute(f"GRANT bench_salon_{number} TO CURRENT_USER")
        connection.execute(f"GRANT USAGE ON SCHEMA s{number} TO bench_salon_{number}")
        connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA s{number} TO bench_salon_{number}")
    say("roles", n=ROLES, s=round(time.perf_counter() - began, 2))
    connection.execute("CREATE SCHEMA whole")
    for table in range(TABLES):
        connection.execute(f"CREATE TABLE whole.t{table} (id bigint GENERATED ALWAYS AS IDENTITY)")
    connection.execute("CREATE ROLE bench_salon_whole NOLOGIN")
    began = time.perf_counter()
    connection.execute("GRANT USAGE ON SCHEMA whole TO bench_salon_whole")
    connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA whole TO bench_salon_whole")
    connection.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA whole TO bench_salon_whole")
    say("grants_of_one_opening", tables=TABLES, ms=round((time.perf_counter() - began) * 1000, 1))


def ask(connection: psycopg.Connection) -> None:
    """A request is three small queries."""
    run = connection.execute

    def queries() -> None:
        for _ in range(3):
            run("SELECT id FROM t0").fetchone()

    def as_it_is(number: int) -> None:
        run(f"SET search_path = s{number % ROLES}, public")
        queries()

    def with_role(number: int) -> None:
        run(f"SET search_path = s{number % ROLES}, public; SET ROLE bench_salon_{number % ROLES}")
        queries()
        run("RESET ROLE")

    # A connection goes back to the pool: whoever takes it next must not be the last one's role.
    timed({"request_as_it_is": as_it_is, "request_with_role": with_role}, ROUNDS)


def log_in(url: str) -> None:
    """A connection whose user is a member of all roles, against the first query as one of them."""

    def connect(number: int) -> None:
        with psycopg.connect(url, autocommit=True) as fresh:
            fresh.execute("SELECT 1")

    def connect_and_become(number: int) -> None:
        with psycopg.connect(url, autocommit=True) as fresh:
            fresh.execute(f"SET ROLE bench_salon_{number % ROLES}")

    timed({"connect": connect, "connect_and_set_role": connect_and_become}, 200)


def try_to_cross(connection: psycopg.Connection) -> None:
    """What the fence would hold, and what it would not."""
    connection.execute("SET search_path = s1, public; SET ROLE bench_salon_0")
    try:
        connection.execute("SELECT id FROM t0").fetchone()
        say("crossing_is_refused", value=0)
    except psycopg.errors.InsufficientPrivilege:
        say("crossing_is_refused", value=1)
    except psycopg.errors.UndefinedTable:
        # Without USAGE a schema is as if it were not there.
        say("crossing_is_refused", value=1)
    connection.execute("SET ROLE bench_salon_1")
    row = connection.execute("SELECT id FROM t0").fetchone()
    say("sql_of_an_injection_becomes_another", value=int(row == (1,)))
    connection.execute("RESET ROLE")


def main() -> None:
    """Make, measure, and take away."""
    url = os.environ["DATABASE_URL"]
    base = url.rpartition("/")[0]
    with psycopg.connect(url, autocommit=True) as house:
        house.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        house.execute(f"CREATE DATABASE {DATABASE}")
        try:
            with psycopg.connect(f"{base}/{DATABASE}", autocommit=True) as connection:
                connection.prepare_threshold = None
                open_all(connection)
                ask(connection)
                try_to_cross(connection)
            log_in(f"{base}/{DATABASE}")
        finally:
            house.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            for number in [*map(str, range(ROLES)), "whole"]:
                house.execute(f"DROP ROLE IF EXISTS bench_salon_{number}")


if __name__ == "__main__":
    main()
