"""A list of 100,000 guests in and out, against PostgreSQL's own COPY of the same rows."""

import gc
import resource
import time
from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

from tests.bench.house import House
from tests.bench.result import Result

ROWS = 100_000
_NAMES = ("Ana", "Beatriz", "Carla", "Duda", "Elisa", "Flávia", "João", "Lúcia", "Márcia", "Zoé")
_FAMILIES = ("Silva", "Souza", "Lima", "Rocha", "Dias", "Araújo", "Conceição")
_CONTACT = "id, public_id, name, language, tags, fields, birthday, preferences, attribution, version, created_at"
_COLUMNS = {"0": "name", "1": "phone", "2": "tags", "3": "birthday"}


def import_per_s(house: House) -> Result:
    """The run of an import after its trial, as a worker does it: read, plan, write, note how far."""
    house.database.execute("TRUNCATE contact_import CASCADE")
    trial_s, run_s = _import(house)
    created = int(house.one("SELECT count(*) FROM contact"))
    if created != ROWS or int(house.one("SELECT count(*) FROM identity")) < ROWS:
        raise RuntimeError(f"{created} of {ROWS} contacts arrived")
    house.forget()
    copied = ROWS / _copy_in(house)
    said = f"COPY into the same indexed tables: {copied:.0f}/s; trial {ROWS / trial_s:.0f}/s"
    return Result("import_contacts_per_s", ROWS / run_s, "1/s", said, ROWS / run_s / copied, ROWS)


def export_per_s(house: House) -> Result:
    """The bytes of a CSV file, page by page as they are sent."""
    _copy_in(house)
    house.database.execute("ANALYZE contact, identity, consent")
    began = time.perf_counter()
    with house.database.cursor().copy(
        "COPY (SELECT c.*, i.value FROM contact c JOIN identity i ON i.contact_id = c.id ORDER BY c.id) TO STDOUT CSV"
    ) as copy:
        for _piece in copy:
            pass
    copied = ROWS / (time.perf_counter() - began)
    gc.collect()
    before = _memory_mb()
    began = time.perf_counter()
    size = _export(house)
    took = time.perf_counter() - began
    if size < ROWS * 40:
        raise RuntimeError("not everybody was exported")
    more = _memory_mb() - before
    said = f"COPY TO of the same rows: {copied:.0f}/s; {size / 1e6:.0f} MB of CSV, {more:.0f} MB more memory"
    return Result("export_contacts_per_s", ROWS / took, "1/s", said, ROWS / took / copied, ROWS)


def _export(house: House) -> int:
    """Bytes of the file, which never lies in memory as a whole."""
    from crm.contacts.exporting.rows import pages
    from crm.contacts.models import Contact
    from ops.salon import inside
    from portal.frame.files.writers import as_csv

    with inside(house.salon_id):
        made = pages(Contact.objects.all(), zone=ZoneInfo("America/Sao_Paulo"), is_masked=False)
        return sum(len(piece) for piece in as_csv(made))


def _import(house: House) -> tuple[float, float]:
    """Seconds of the trial and of the run."""
    from ops.salon import inside

    with inside(house.salon_id):
        return _tried_and_run()


def _tried_and_run() -> tuple[float, float]:
    from crm.contacts.importing import actions, running, taking
    from crm.contacts.importing.options import Options
    from tenants.members.models import Member

    by = Member.objects.earliest("pk")
    taker = taking.Taker()
    taker.new_file("file", "list.csv", "text/csv", None, None, None)
    for piece in _csv():
        taker.receive_data_chunk(piece, 0)
    taker.file_complete(0)
    assert taker.uploaded is not None
    one = actions.keep(taker.uploaded, country="BR", by=by)
    options = Options.read(one.options)
    options.columns, options.headers = _COLUMNS, ["nome", "telefone", "tags", "aniversário"]
    actions.check(one, options, by=by)
    times = []
    for begin in (None, partial(actions.run, one, by=by)):
        if begin is not None:
            begin()
        began = time.perf_counter()
        running.work(one.public_id)
        times.append(time.perf_counter() - began)
    return times[0], times[1]


def _people() -> Iterator[tuple[str, str, str, str]]:
    for number in range(ROWS):
        name = f"{_NAMES[number % 10]} {_FAMILIES[number % 7]} {number}"
        day = f"{1950 + number % 50}-{1 + number % 12:02d}-{1 + number % 28:02d}"
        yield name, f"11{900000000 + number}", f"tag{number % 20}", day


def _csv() -> Iterator[bytes]:
    lines = ["nome,telefone,tags,aniversário\n", *(",".join(one) + "\n" for one in _people())]
    for start in range(0, len(lines), 1000):
        yield "".join(lines[start : start + 1000]).encode()


def _copy_in(house: House) -> float:
    """Seconds that COPY takes for the same contacts and identities, into the same tables with the same indexes."""
    first = int(house.one("SELECT nextval(pg_get_serial_sequence('contact', 'id'))")) + 1
    contacts, identities = [], []
    for number, (name, phone, tag, day) in enumerate(_people(), start=first):
        public_id = f"01000000-0000-7000-8000-{number:012d}"
        contacts.append(f"{number}\t{public_id}\t{name}\t\t{{{tag}}}\t{{}}\t{day}\t{{}}\t{{}}\t1\t2026-01-01\n")
        identities.append(f"p\tphone\t+55{phone}\t{number}\t2026-01-01\n")
    tables = (
        (f"contact ({_CONTACT})", contacts),
        ("identity (portfolio, kind, value, contact_id, created_at)", identities),
    )  # fmt: skip
    began = time.perf_counter()
    with house.database.transaction():
        for table, lines in tables:
            with house.database.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                for start in range(0, len(lines), 2000):
                    copy.write("".join(lines[start : start + 2000]))
    return time.perf_counter() - began


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
