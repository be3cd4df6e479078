"""Finding one of a million contacts, in a salon of its own."""

import http.client
import time
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from ops.salon import schema_of
from ops.services.files import read_json
from tenants.accounts.models import User
from tenants.salons.actions import NewSalon, open_salon
from tenants.salons.models import Salon
from tests.bench.crowd import without_indexes
from tests.bench.house import House, say
from tests.bench.result import Result, percentile
from tests.session import Session

CONTACTS = 1_000_000
SLUG = "million"
ROUNDS, WARM = 20, 2
FIRST = (
    *("Ana", "Beatriz", "Carla", "Débora", "Elisa", "Flávia", "Gabriela", "Helena", "Inês", "Júlia", "Karina", "Luísa"),
    *("Márcia", "Natália", "Olívia", "Patrícia", "Raquel", "Sílvia", "Tânia", "Úrsula", "Vitória", "Yasmin", "Zélia"),
)
MIDDLE = ("Maria", "Cristina", "Regina", "Aparecida", "de Fátima", "Lúcia", "Helena", "Rosa", "dos Anjos", "Clara")
LAST = (
    *("Silva", "Santos", "Oliveira", "Souza", "Lima", "Pereira", "Ferreira", "Alves", "Gonçalves", "Araújo", "Ribeiro"),
    *("Carvalho", "Gomes", "Martins", "Rocha", "Almeida", "Barbosa", "Cardoso", "Teixeira", "Brandão", "Conceição"),
)
CONTACT = """
INSERT INTO contact (public_id, name, language, tags, fields, created_at)
SELECT gen_random_uuid(),
       concat_ws(' ', (%(first)s::text[])[1 + n % {first}], (%(middle)s::text[])[1 + n / 7 % {middle}],
                 (%(last)s::text[])[1 + n / 3 % {last}], CASE WHEN n % 50 = 0 THEN n END), '', '{{}}',
       CASE WHEN n % 9 = 0
            THEN jsonb_build_object('bairro', (ARRAY['Moema','Pinheiros','Tatuapé','Santana'])[1 + n % 4])
            ELSE '{{}}' END, now() - n * interval '1 min'
FROM generate_series(1, {contacts}) n
"""
IDENTITY = """
INSERT INTO identity (portfolio, kind, value, contact_id, created_at)
SELECT 'p', 'phone', '+5511' || lpad((900000000 + id * 7919 % 99999989)::text, 9, '0'), id, now() FROM contact
"""
# A first name, the end of a phone, accents left out, a name with digits, three words, words of a field, nobody.
QUERIES = (
    *("Beatriz", "flavia", "goncalves", "Ana Silva", "Maria Clara Souza", "júlia aparecida brandao", "ana rosa lima"),
    *("Zélia dos Anjos", "Ana 4567", "Conceição 999000", "98765", "4321", "(11) 99999-12", "moema", "Carla Tatuape"),
    *("xyzzy", "Silva qqqq", "an", "de fatima santos oliveira"),
)


def p95_ms(house: House) -> Result:
    """The answer of the search box, as the page asks for it; all queries together."""
    seed(house)
    times: dict[str, list[float]] = {words: [] for words in QUERIES}
    with house.running("web"):
        host, port = f"{SLUG}.{house.values['PUBLIC_HOST']}", int(house.values["PORT"])
        headers = {"Host": host, "Cookie": _log_in(house).cookies(f"http://{host}/"), "HX-Request": "true"}
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for number in range(WARM + ROUNDS):
            for words, found in times.items():
                began = time.perf_counter()
                line.request("GET", f"/contacts/?{urlencode({'search': words})}", headers=headers)
                answer = line.getresponse()
                answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"the search for {words!r} said {answer.status}")
                if number >= WARM:
                    found.append((time.perf_counter() - began) * 1000)
        line.close()
    every = [one for some in times.values() for one in some]
    by_median = {words: percentile(found, 0.5) for words, found in times.items()}
    slowest = max(by_median, key=lambda words: by_median[words])
    said = f"p50 {percentile(every, 0.5):.0f} ms; slowest {slowest!r} with p50 {by_median[slowest]:.0f} ms"
    return Result("search_p95_ms", percentile(every, 0.95), "ms", said, None, len(every))


def seed(house: House) -> None:
    """Open the salon and fill it, once."""
    salon = Salon.objects.filter(slug=SLUG).first()
    if salon is None:
        salon = open_salon(NewSalon("A million", SLUG, plan="unlimited"), owner=User.objects.order_by("pk")[0])
    with psycopg.connect(house.values["DATABASE_URL"], autocommit=True) as database:
        database.execute(sql.SQL("SET search_path = {}, public").format(sql.Identifier(schema_of(salon.pk))))
        if database.execute("SELECT count(*) FROM identity").fetchone() == (CONTACTS,):
            return
        database.execute("TRUNCATE contact, identity CASCADE")
        with without_indexes(database, ["contact", "identity"]):
            say("seeding a million contacts")
            sizes = {"first": len(FIRST), "middle": len(MIDDLE), "last": len(LAST), "contacts": CONTACTS}
            given = {"first": list(FIRST), "middle": list(MIDDLE), "last": list(LAST)}
            # Only what is given is a parameter; the rest of the signs are of the arithmetic.
            text = CONTACT.replace("%", "%%").replace("%%(", "%(").format(**sizes)
            database.execute(text.encode(), given)
            database.execute(IDENTITY)
        database.execute("VACUUM ANALYZE contact")
        database.execute("VACUUM ANALYZE identity")


def _log_in(house: House) -> Session:
    secrets = read_json(house.state_dir / "demo-secrets.json")
    session = Session()
    public = f"http://{house.values['PUBLIC_HOST']}"
    session.log_in(public, secrets["owner_email"], secrets["owner_password"], SLUG)
    return session
