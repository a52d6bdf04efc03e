#!/usr/bin/env python3
"""Writes privacy/{personal,secrets,harmless}.jsonl: records as a terminal shows them, with the values that must be hidden.

    python3 tests/corpus/make/privacy.py [OUT]

Fixed seeds: the same program writes the same bytes.
"""
import base64
import pathlib
import sys

sys.dont_write_bytecode = True

import harmless
import records as show
from records import Book, mark
from values import HEX, Make, B62

OUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1] / "privacy"

# What a value may be called where it has a column, a key or a field of its own.
CALLED = {
    "email": ["email", "e_mail", "mail", "email_address", "contact_email", "user_email", "billing_email"],
    "phone": ["phone", "phone_number", "mobile", "tel", "telephone", "contact_phone", "cell"],
    "payment_card": ["card_number", "pan", "cc_number", "credit_card", "card_no", "card"],
    "iban": ["iban", "account_iban", "bank_account", "payout_iban"],
    "us_ssn": ["ssn", "social_security_number", "ssn_full", "tax_ssn"],
    "us_itin": ["itin", "taxpayer_id", "us_itin"],
    "uk_nino": ["nino", "ni_number", "national_insurance_number", "national_insurance"],
    "uk_nhs": ["nhs_number", "nhs_no", "nhs"],
    "aadhaar": ["aadhaar", "aadhaar_number", "aadhaar_no"],
    "cpf": ["cpf", "cpf_cliente", "documento_cpf"],
    "cnpj": ["cnpj", "cnpj_empresa"],
    "passport": ["passport", "passport_number", "passport_no", "passport_id"],
    "es_nif": ["dni", "nif", "dni_nie", "documento_identidad"],
    "it_cf": ["codice_fiscale", "cod_fiscale", "cf"],
    "fr_nir": ["nir", "numero_secu", "numero_securite_sociale"],
    "de_steuer": ["steuer_id", "steueridnr", "steuer_identifikationsnummer"],
    "nl_bsn": ["bsn", "burgerservicenummer"],
    "pl_pesel": ["pesel", "numer_pesel"],
    "se_pnr": ["personnummer", "pnr", "person_nr"],
    "fi_hetu": ["hetu", "henkilotunnus"],
    "dk_cpr": ["cpr", "cpr_nummer"],
    "no_fnr": ["fodselsnummer", "fnr"],
    "be_nn": ["rijksregisternummer", "national_number", "numero_national"],
    "ch_ahv": ["ahv_nummer", "avs", "ahv"],
    "ca_sin": ["sin", "social_insurance_number"],
    "au_tfn": ["tfn", "tax_file_number"],
    "sg_nric": ["nric", "nric_fin"],
    "za_id": ["za_id_number", "sa_id_number", "id_number"],
    "in_pan": ["pan_card", "pan_number", "in_pan"],
    "cn_id": ["id_card_no", "resident_id", "shenfenzheng"],
    "kr_rrn": ["rrn", "resident_registration_number", "jumin_no"],
    "date_of_birth": ["dob", "date_of_birth", "birth_date", "birthday", "birthdate"],
    "person_name": ["name", "full_name", "customer_name", "first_name", "last_name", "surname", "contact_name", "cardholder"],
    "address": ["address", "street", "street_address", "address_line1", "home_address", "shipping_address"],
}
SOURCE = {"payment_card": "card", "date_of_birth": "dob", "person_name": "name"}
NEUTRAL = {
    "id": lambda m: str(m.int(1, 99999)), "status": lambda m: m.pick("active", "paid", "pending", "closed"), "created_at": lambda m: m.stamp(),
    "total": lambda m: f"{m.int(1, 999)}.{m.num(2)}", "plan": lambda m: m.pick("free", "pro", "team"), "country": lambda m: m.pick("DE", "GB", "US", "BR", "SE"),
    "version": lambda m: m.version(), "order_id": lambda m: str(m.int(10 ** 8, 10 ** 9 - 1)), "active": lambda m: m.pick("t", "f"), "uuid": lambda m: m.uuid(),
    "role": lambda m: m.pick("admin", "editor", "viewer"), "attempts": lambda m: str(m.int(0, 9)),
}


def value(m, kind, called=""):
    if kind == "person_name":
        return m.first() if "first" in called else m.last() if called in ("last_name", "surname") else m.name()
    return getattr(m, SOURCE.get(kind, kind))()


def cell(m, kind, called):
    return mark(kind, value(m, kind, called))


def rows(m, kinds, count):
    """A header and rows: an id, the kinds, and a neutral column or two."""
    names = [("id", None)] + [(m.pick(CALLED[k]), k) for k in kinds]
    for extra in m.r.sample(sorted(set(NEUTRAL) - {"id"}), m.int(1, 2)):
        names.insert(m.int(1, len(names)), (extra, None))
    seen, unique = set(), []
    for name, kind in names:
        if name not in seen:
            seen.add(name)
            unique.append((name, kind))
    body = [[NEUTRAL[n](m) if k is None else cell(m, k, n) for n, k in unique] for _ in range(count)]
    return [n for n, _ in unique], body


TABLES = [("psql", show.psql), ("psql expanded", show.psql_expanded), ("mysql", show.mysql), ("mysql long", show.mysql_long), ("csv", show.csv),
          ("tsv", show.tsv), ("box", show.box), ("json lines", show.json_line), ("json tight", show.json_tight), ("json pretty", show.json_pretty),
          ("yaml", show.yaml), ("yaml nested", show.yaml_nested)]

# Sentences and log lines: {kind} is a value of that kind. Chosen so that the kind's context is there, as it is in life.
PROSE = [
    "{syslog} {host} postfix/smtp[{n4}]: {HEX10}: to=<{email}>, relay=mx.{host}[{ip}]:25, delay=0.9, status=sent (250 OK)",
    "{syslog} {host} dovecot: imap-login: Login: user=<{email}>, method=PLAIN, rip={ip}, TLS",
    "{syslog} {host} sendmail[{n4}]: from=<{email}>, size={n4}, nrcpts=1",
    '{ip} - - [{d}/Nov/2026:{clock} +0000] "GET /account?email={email_url}&tab=orders HTTP/1.1" 200 {n4} "-" "curl/8.5.0"',
    '{ip} - {email} [{d}/Nov/2026:{clock} +0000] "POST /login HTTP/2.0" 302 0 "https://shop.example/login" "Mozilla/5.0"',
    '{ip} - - [{d}/Nov/2026:{clock} +0000] "GET /unsubscribe?addr={email}&t={n4} HTTP/1.1" 200 512',
    "{stamp} INFO  [web-3] AccountService - password reset requested for {email} from {ip}",
    "{stamp} WARN  duplicate signup: {email} already registered (user_id={n4})",
    "{stamp} ERROR could not deliver invoice {n4} to {email}: mailbox full",
    "{iso} level=warn msg=\"bounce\" rcpt={email} code=550",
    "{stamp} DEBUG sms queued to {phone_plus} template=otp",
    "{stamp} INFO twilio: message sent to={phone_plus} sid=SM{HEX32} status=queued",
    "{stamp} INFO call from {phone_plus} routed to queue billing",
    'Caused by: org.postgresql.util.PSQLException: ERROR: duplicate key value violates unique constraint "users_email_key"\n  Detail: Key (email)=({email}) already exists.',
    "ERROR:  duplicate key value violates unique constraint \"customers_pkey\"\nDETAIL:  Key (lower(email))=({email}) already exists.",
    "Duplicate entry '{email}' for key 'users.email'",
    'Traceback (most recent call last):\n  File "app.py", line {n2}, in send\n    deliver(msg)\nsmtplib.SMTPRecipientsRefused: {{\'{email}\': (550, b\'User unknown\')}}',
    "ActiveRecord::RecordInvalid: Validation failed: Email {email} has already been taken",
    "django.core.exceptions.MultipleObjectsReturned: get() returned more than one User -- lookup email={email}",
    'panic: invalid recipient "{email}"\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:{n2} +0x1d',
    "From: {name} <{email}>\nTo: support@tandrix.example\nSubject: order {n4}\n\nplease call me on {phone} after five.",
    "Ticket #{n4}: customer {name} ({email}) asks to change the phone number to {phone}.",
    "Hi team, please refund card {card}, order {n4}. Thanks",
    "Customer called back: credit card {card} declined twice.",
    "payment failed: card={card} amount=42.00 currency=EUR code=51",
    "{stamp} ERROR stripe: card declined, number {card} exp 09/28",
    "please wire it to IBAN {iban}, reference {n4}",
    "{stamp} INFO sepa: payout to {iban} amount 120.50 accepted",
    "The refund goes to {iban} by Friday.",
    "SSN on file: {ssn}",
    "W-2 mismatch: social security number {ssn} does not match payroll record {n4}",
    "{stamp} WARN tax: itin {itin} rejected by validator",
    "National Insurance number {nino} confirmed by HR.",
    "{stamp} INFO payroll: nino={nino} tax_code=1257L",
    "Patient NHS number: {nhs}, ward 4",
    "{stamp} INFO hl7: PID NHS no {nhs} matched",
    "Aadhaar number {aadhaar} verified through OTP",
    "{stamp} INFO kyc: aadhaar={aadhaar} result=match",
    "Cliente com CPF {cpf} solicitou estorno do pedido {n4}",
    "{stamp} INFO nfe: cpf={cpf} emitida",
    "Fornecedor CNPJ {cnpj} inativo desde outubro",
    "passport no. {passport} expires soon, ask the guest at the desk",
    "{stamp} INFO kyc: passport {passport} scan accepted",
    "DNI {nif} no coincide con el titular",
    "codice fiscale: {cf} valido",
    "Steuer-ID {steuer} fehlt im Antrag",
    "numero de securite sociale {nir} deja connu",
    "BSN {bsn} gevonden in dossier {n4}",
    "PESEL {pesel} nieprawidlowy adres",
    "personnummer {pnr} finns redan",
    "Henkilotunnus {hetu} tarkistettu",
    "CPR-nummer {cpr} er oprettet",
    "fodselsnummer {fnr} ble avvist",
    "date of birth: {dob}",
    "born on {dob}, admitted {stamp}",
    "{stamp} INFO kyc: dob={dob_iso} age check ok",
    "Dear {name},\n\nyour parcel will come to {address} tomorrow.\n",
    "Customer name: {name}\nAddress: {address}\nPhone: {phone}",
    "Ship to: {name}, {address}",
    "dn: uid={user},ou=people,dc=tandrix,dc=example\nobjectClass: inetOrgPerson\ncn: {name}\nsn: {last}\ngivenName: {first}\nmail: {email}\ntelephoneNumber: {phone}\nuidNumber: {n4}\n",
    "BEGIN:VCARD\nVERSION:3.0\nN:{last};{first};;;\nFN:{name}\nEMAIL;TYPE=INTERNET:{email}\nTEL;TYPE=CELL:{phone}\nBDAY:{dob_iso}\nEND:VCARD\n",
    "commit {HEX40}\nAuthor: {name} <{email}>\nDate:   Mon Nov 16 {clock} 2026 +0000\n\n    Fix rounding\n",
    '{n4} rows affected\nINSERT INTO users (id, email, phone) VALUES ({n4}, \'{email}\', \'{phone}\');',
    "UPDATE customers SET email = '{email}' WHERE id = {n4};",
    "select * from users where email = '{email}';",
    "git config user.email {email}",
    "  {n3}  mail -s hello {email}",
    "mailto:{email}?subject=hello",
    "https://tandrix.example/u?e={email_url}",
    "{email} | {phone} | {name_plain}",
]


def prose(m, template):
    """Fills a sheet line: marked values for kinds, plain ones for the rest."""
    first, last = m.first(), m.last()
    made = {
        "email": lambda: mark("email", m.email()), "email_url": lambda: mark("email", m.email().replace("@", "%40").replace("+", "%2B")),
        "phone": lambda: mark("phone", m.phone()), "phone_plus": lambda: mark("phone", next(p for p in iter(m.phone, None) if p.startswith("+")).replace(" ", "")),
        "card": lambda: mark("payment_card", m.card()), "iban": lambda: mark("iban", m.iban()), "ssn": lambda: mark("us_ssn", m.us_ssn()),
        "itin": lambda: mark("us_itin", m.us_itin()), "nino": lambda: mark("uk_nino", m.uk_nino()), "nhs": lambda: mark("uk_nhs", m.uk_nhs()),
        "aadhaar": lambda: mark("aadhaar", m.aadhaar()), "cpf": lambda: mark("cpf", m.cpf()), "cnpj": lambda: mark("cnpj", m.cnpj()),
        "passport": lambda: mark("passport", m.passport()), "nif": lambda: mark("es_nif", m.es_nif()), "cf": lambda: mark("it_cf", m.it_cf()),
        "steuer": lambda: mark("de_steuer", m.de_steuer()), "nir": lambda: mark("fr_nir", m.fr_nir()), "bsn": lambda: mark("nl_bsn", m.nl_bsn()),
        "pesel": lambda: mark("pl_pesel", m.pl_pesel()), "pnr": lambda: mark("se_pnr", m.se_pnr()), "hetu": lambda: mark("fi_hetu", m.fi_hetu()),
        "cpr": lambda: mark("dk_cpr", m.dk_cpr()), "fnr": lambda: mark("no_fnr", m.no_fnr()), "dob": lambda: mark("date_of_birth", m.dob()),
        "dob_iso": lambda: mark("date_of_birth", "{}-{:02}-{:02}".format(*m.born())), "name": lambda: mark("person_name", f"{first} {last}"),
        "first": lambda: mark("person_name", first), "last": lambda: mark("person_name", last), "address": lambda: mark("address", m.address()),
        "name_plain": lambda: str(m.int(1, 99)), "user": lambda: f"{first[0].lower()}{m.int(10, 99)}", "syslog": m.syslog, "host": m.host, "ip": m.ip,
        "clock": m.clock, "stamp": m.stamp, "iso": m.iso, "d": lambda: f"{m.int(1, 28):02}", "n2": lambda: str(m.int(10, 99)), "n3": lambda: str(m.int(100, 999)),
        "n4": lambda: str(m.int(1000, 9999)), "HEX10": lambda: m.of("0123456789ABCDEF", 10), "HEX32": lambda: m.of(HEX, 32), "HEX40": lambda: m.of(HEX, 40),
    }
    text = template.replace("{{", "\ue003").replace("}}", "\ue004")
    fixed = {}
    while "{" in text:
        start = text.index("{")
        end = text.index("}", start)
        name = text[start + 1:end]
        if name == "user":
            fixed.setdefault(name, made[name]())
        text = text[:start] + (fixed.get(name) or made[name]()) + text[end + 1:]
    return text.replace("\ue003", "{").replace("\ue004", "}")


def personal():
    m, book = Make(20261), Book("personal")
    kinds = sorted(CALLED)
    for at, kind in enumerate(kinds * 4):
        title, form = TABLES[at % len(TABLES)] if at // len(kinds) % 2 else TABLES[(at * 5 + 3) % len(TABLES)]
        others = m.r.sample([k for k in kinds if k != kind], m.int(0, 2))
        header, body = rows(m, [kind, *others], m.int(3, 8))
        book.add(title, form(header, body))
    for kind in kinds:
        header, body = rows(m, [kind], 1)
        book.add("logfmt", show.logfmt(header, body, m))
        header, body = rows(m, [kind, m.pick([k for k in kinds if k != kind])], 2)
        book.add("json log", show.json_log(header, body, m))
        called = m.pick(CALLED[kind])
        book.add("key line", f"{called.replace('_', ' ').capitalize()}: {cell(m, kind, called)}\n")
        book.add("key above", f"{called.replace('_', ' ').upper()}\n    {cell(m, kind, called)}\n")
        book.add("form", f"Reference ........ {m.num(6)}\n{called.replace('_', ' ').title()} ........ {cell(m, kind, called)}\nStatus ........ open\n")
    for template in PROSE:
        for _ in range(7):
            book.add("prose or log", prose(m, template))
    for _ in range(12):
        book.add("sqlite list", "\n".join(f"{m.int(1, 999)}|{mark('email', m.email())}|{m.pick('active', 'closed')}|{mark('payment_card', m.card())}" for _ in range(4)) + "\n")
        book.add("plain list", "\n".join(mark("email", m.email()) for _ in range(m.int(3, 9))) + "\n")
        book.add("wide psql", show.psql(["id", "payload"], [[str(m.int(1, 999)), f'{{"user": {{"email": "{mark("email", m.email())}", "phone": "{mark("phone", m.phone())}"}}, "n": {m.int(1, 9)}}}'] for _ in range(3)]))
    book.write(OUT)


ENVKEY = ["DB_PASSWORD", "POSTGRES_PASSWORD", "MYSQL_ROOT_PASSWORD", "REDIS_PASSWORD", "SECRET_KEY", "JWT_SECRET", "SMTP_PASSWORD", "API_KEY", "APP_SECRET",
          "ENCRYPTION_KEY", "SESSION_SECRET", "LDAP_BIND_PASSWORD", "RABBITMQ_DEFAULT_PASS", "GRAFANA_ADMIN_PASSWORD", "CLIENT_SECRET", "WEBHOOK_SECRET",
          "AUTH_TOKEN", "ACCESS_TOKEN", "SECRET_KEY_BASE", "RAILS_MASTER_KEY"]


def secrets():
    m, book = Make(20262), Book("secrets")
    pw = lambda: mark("password", m.word_password())

    def add(kind, *lines):
        book.add(kind, "\n".join(lines) + "\n")

    tokens = {
        "github_token": (m.github, ["GITHUB_TOKEN={}", "export GH_TOKEN={}", "remote: https://x-access-token:{}@github.com/acme/api.git", "origin\thttps://{}@github.com/acme/site.git (fetch)", "    oauth_token: {}", "+ curl -H 'Authorization: token {}' https://api.github.com/user", "  412  gh auth login --with-token <<< {}", "machine github.com login deploy password {}"]),
        "gitlab_token": (m.gitlab, ["CI_TOKEN={}", "url = https://oauth2:{}@gitlab.example.com/acme/api.git", "PRIVATE-TOKEN: {}", "curl --header 'PRIVATE-TOKEN: {}' https://gitlab.example.com/api/v4/projects", "  token: {}"]),
        "slack_token": (m.slack, ["SLACK_BOT_TOKEN={}", "slack_token: {}", '{{"ok":true,"token":"{}"}}', "2026-11-02 10:11:12 DEBUG slack client token={}", "export SLACK_TOKEN='{}'"]),
        "slack_webhook": (m.slack_hook, ["SLACK_WEBHOOK_URL={}", "curl -X POST -d '{{}}' {}", "  api_url: '{}'", "webhook: {}", "slack_api_url: {}"]),
        "stripe_key": (m.stripe, ["STRIPE_SECRET_KEY={}", "stripe.api_key = '{}'", "curl https://api.stripe.com/v1/charges -u {}:", 'const stripe = require("stripe")("{}")', "  stripe: {}"]),
        "npm_token": (m.npm, ["//registry.example.com/:_authToken={}", "NPM_TOKEN={}", "npm config set //registry.example.com/:_authToken {}", "export NODE_AUTH_TOKEN={}"]),
        "vault_token": (m.vault, ["VAULT_TOKEN={}", "token                {}", "X-Vault-Token: {}", "vault login {}", "Initial Root Token: {}"]),
        "google_api_key": (m.google, ["GOOGLE_API_KEY={}", "https://maps.example.com/api/js?key={}&v=3", '"apiKey": "{}",', "  maps_key: {}", "key={}"]),
        "google_oauth": (m.gcp_oauth, ["{}", "Authorization: Bearer {}", '"access_token": "{}",', "access_token={}"]),
        "azure_secret": (m.azure_secret, ["AZURE_CLIENT_SECRET={}", 'client_secret = "{}"', '  "password": "{}",', "az login --service-principal -u 8c2 -p {} --tenant t1", "ARM_CLIENT_SECRET={}"]),
        "azure_storage_key": (m.azure_key, ["DefaultEndpointsProtocol=https;AccountName=acct;AccountKey={};EndpointSuffix=core.windows.net", "AZURE_STORAGE_KEY={}", "account_key: {}", "AccountKey={}"]),
        "sendgrid_key": (m.sendgrid, ["SENDGRID_API_KEY={}", "smtp_password: {}", "Authorization: Bearer {}", "export SENDGRID_API_KEY='{}'"]),
        "digitalocean_token": (m.digitalocean, ["DIGITALOCEAN_TOKEN={}", "access-token: {}", 'do_token = "{}"', "doctl auth init -t {}"]),
        "openai_key": (m.openai, ["OPENAI_API_KEY={}", "ANTHROPIC_API_KEY={}", "api_key: {}", "x-api-key: {}", "openai.api_key = \"{}\""]),
        "telegram_token": (m.telegram, ["TELEGRAM_BOT_TOKEN={}", "https://api.telegram.org/bot{}/getMe", "bot_token: {}", "curl -s https://api.telegram.org/bot{}/getUpdates"]),
        "aws_access_key_id": (m.aws_id, ["AWS_ACCESS_KEY_ID={}", "aws_access_key_id = {}", '"AccessKeyId": "{}",', "Credential={}/20261120/eu-west-1/s3/aws4_request", "access key {} is unused since March", "{}"]),
        "aws_secret_access_key": (m.aws_secret, ["AWS_SECRET_ACCESS_KEY={}", "aws_secret_access_key = {}", '"SecretAccessKey": "{}",', "secret_key = \"{}\"", "s3.secret.key: {}", "export AWS_SECRET_ACCESS_KEY='{}'"]),
        "jwt": (m.jwt, ["{}", "Authorization: Bearer {}", "token={}", 'Set-Cookie: session={}; Path=/; HttpOnly', '"id_token": "{}",', "> Cookie: auth={}", "2026-11-03 11:20:01 DEBUG jwt {} accepted", "GET /ws?access_token={} HTTP/1.1"]),
        "bearer": (lambda: m.of(B62, m.int(32, 60)), ["> Authorization: Bearer {}", "curl -H 'Authorization: Bearer {}' http://localhost:8080/api", '"authorization": "Bearer {}"', "authorization=Bearer {}", "{{\"headers\":{{\"Authorization\":\"Bearer {}\"}}}}"]),
        "basic_auth": (m.basic, ["> Authorization: Basic {}", "Authorization: Basic {}", "proxy_set_header Authorization \"Basic {}\";", "curl -H 'Authorization: Basic {}' https://api.internal/v1", "\"Proxy-Authorization\": \"Basic {}\""]),
        "shadow_hash": (m.crypt, ["root:{}:19800:0:99999:7:::", "deploy:{}:20011:0:99999:7:::", "tom:{}:19555:0:99999:7:::", "useradd -p '{}' svc", "password_hash: {}"]),
        "password_hash": (m.bcrypt, ["admin:{}", "password_digest | {}", '"password_hash": "{}",', "INSERT INTO users (login, password) VALUES ('tom', '{}');", "encrypted_password: {}"]),
    }
    for kind, (source, forms) in tokens.items():
        for at in range(40):
            form = forms[at % len(forms)]
            text = form.replace("{}", mark(kind, source())).replace("{{", "{").replace("}}", "}") if "{{" in form else form.replace("{}", mark(kind, source()))
            before, after = m.pick([("", ""), ("LOG_LEVEL=info", "PORT=8080"), ("# settings", ""), ("$ cat .env", ""), (f"{m.stamp()} INFO start", "done")])
            add("token", *[x for x in (before, text, after) if x])

    for at in range(60):
        key = ENVKEY[at % len(ENVKEY)]
        s = lambda: mark("password_assignment", m.pick(m.word_password, m.hex32, m.hex64)() if at % 2 else m.word_password())
        add("env", f"HOME=/root", f"{key}={s()}", "LANG=C.UTF-8", f"HOSTNAME={m.host()}")
        add("yaml", "database:", f"  host: {m.host()}", "  user: app", f"  {m.pick('password', 'passwd', 'db_password')}: {s()}", "  pool: 10")
        add("ini", "[client]", "user=backup", f"password={s()}", f"host={m.host()}")
        add("properties", f"spring.datasource.url=jdbc:postgresql://{m.host()}:5432/app", "spring.datasource.username=app", f"spring.datasource.password={s()}")
        add("json", "{", '  "user": "app",', f'  "{m.pick("password", "secret", "client_secret", "apiSecret", "db_password", "token")}": "{s()}",', '  "port": 5432', "}")
        add("json log", f'{{"ts":"{m.iso()}","level":"debug","msg":"login","user":"svc","password":"{s()}"}}')
        add("php", f"define( 'DB_USER', 'wp' );", f"define( 'DB_PASSWORD', '{s()}' );", "define( 'DB_HOST', 'localhost' );")
        add("hcl", 'resource "aws_db_instance" "main" {', '  username = "app"', f'  password = "{s()}"', "}")
        add("compose", "services:", "  db:", "    image: postgres:16", "    environment:", f"      POSTGRES_PASSWORD: {s()}", "      POSTGRES_USER: app")
        add("docker inspect", '            "Env": [', '                "PATH=/usr/local/bin:/usr/bin",', f'                "{key}={s()}",', '                "LANG=C.UTF-8"', "            ],")
        add("systemd", f"Environment=PORT=8080 {key}={s()}")
        add("log", f"{m.stamp()} DEBUG connecting with user=app password={s()} host={m.host()}")
    for _ in range(32):
        a = lambda v: mark("password_argument", v)
        add("argument", f"  {m.int(1, 900)}  mysql -u root -p{a(m.word_password())} -h {m.host()} shop")
        add("argument", f"  {m.int(1, 900)}  mysqldump --user=app --password={a(m.word_password())} shop > shop.sql")
        add("argument", f"  {m.int(1, 900)}  sshpass -p {a(m.word_password())} ssh deploy@{m.host()}")
        add("argument", f"  {m.int(1, 900)}  PGPASSWORD={a(m.word_password())} psql -h {m.host()} -U app")
        add("argument", f"  {m.int(1, 900)}  curl -u admin:{a(m.word_password())} http://{m.host()}:9200/_cat/indices")
        add("argument", f"root  {m.int(1000, 9999)}  0.0  0.1  /usr/bin/redis-cli -h {m.host()} -a {a(m.word_password())} ping")
        add("argument", f"docker login -u deploy -p {a(m.word_password())} registry.example.com")
        add("argument", f"+ ldapsearch -x -D cn=admin,dc=tandrix,dc=example -w {a(m.of(B62, 14))} -b dc=tandrix,dc=example")
        add("argument", f"openssl pkcs12 -in c.p12 -passin pass:{a(m.of(B62, 16))} -nodes")
        u = lambda v: mark("password_url", v)
        safe = lambda: m.of(B62 + "-_", m.int(10, 22))
        add("url", f"DATABASE_URL=postgres://app:{u(safe())}@{m.host()}:5432/app_production")
        add("url", f"{m.stamp()} INFO connecting to mongodb://svc:{u(safe())}@db1:27017,db2:27017/app?replicaSet=rs0")
        add("url", f"redis://:{u(safe())}@{m.host()}:6379/0")
        add("url", f"amqp://worker:{u(safe())}@mq1:5672/prod")
        add("url", f"origin\thttps://deploy:{u(safe())}@git.example.com/acme/api.git (push)")
        add("url", f"mysql2://root:{u(safe())}@127.0.0.1/shop?pool=5")
        add("url", f"sqlalchemy.exc.OperationalError: could not connect: postgresql+psycopg2://app:{u(safe())}@db1/app")
        add("url", f"http_proxy=http://tom:{u(safe())}@proxy.internal:3128/")
        add("url", f"smtps://mailer:{u(safe())}@smtp.internal:465")
        add("url", f"ftp://backup:{u(safe())}@files.internal/dumps/")
        add("netrc", f"machine api.internal", "  login deploy", f"  password {mark('netrc_password', m.word_password())}")
        add("pgpass", f"db-prod-01:5432:app:app:{mark('pgpass_password', safe())}", f"db-prod-02:5432:*:readonly:{mark('pgpass_password', safe())}")
        add("git credentials", f"https://deploy:{u(safe())}@git.example.com", f"https://bot:{u(m.gitlab())}@gitlab.example.com")
        add("aws credentials", "[default]", f"aws_access_key_id = {mark('aws_access_key_id', m.aws_id())}", f"aws_secret_access_key = {mark('aws_secret_access_key', m.aws_secret())}",
            "region = eu-west-1", "", "[prod]", f"aws_access_key_id={mark('aws_access_key_id', m.aws_id())}", f"aws_secret_access_key={mark('aws_secret_access_key', m.aws_secret())}")
        add("sts", "{", '    "Credentials": {', f'        "AccessKeyId": "{mark("aws_access_key_id", m.aws_id())}",', f'        "SecretAccessKey": "{mark("aws_secret_access_key", m.aws_secret())}",',
            f'        "SessionToken": "{mark("aws_session_token", m.of(B62 + "/+", 300))}",', '        "Expiration": "2026-11-21T18:00:00Z"', "    }", "}")
        b = lambda v: mark("base64_secret", base64.b64encode(v.encode()).decode())
        add("kubernetes secret", "apiVersion: v1", "kind: Secret", "metadata:", "  name: db-credentials", "  namespace: prod", "type: Opaque", "data:",
            f"  username: {base64.b64encode(('app_' + m.num(4)).encode()).decode()}", f"  password: {b(m.of(B62, m.int(12, 30)))}", f"  dsn: {b('postgres://app:' + safe() + '@db1/app')}")
        add("kubernetes secret json", "{", '    "apiVersion": "v1",', '    "data": {', f'        "api-key": "{b(m.of(B62, 32))}",', f'        "token": "{b(m.of(B62, 40))}"', "    },", '    "kind": "Secret"', "}")
        add("docker config", "{", '\t"auths": {', '\t\t"registry.example.com": {', f'\t\t\t"auth": "{b("deploy:" + m.of(B62, 20))}"', "\t\t}", "\t}", "}")
        add("kubeconfig", "users:", "- name: admin", "  user:", f"    client-key-data: {b(chr(10).join(m.pem('RSA PRIVATE KEY')[:6]))}", f"    token: {mark('kube_token', m.jwt())}")
        add("terraform state", '          "attributes": {', '            "username": "app",', f'            "password": "{mark("password_assignment", m.of(B62 + "!%", 24))}",', '            "port": 5432', "          },")
        add("prose", f"the new root password is {mark('password_prose', m.word_password())} please change it")
        add("curl -v", f"> GET /v1/me HTTP/1.1", f"> Host: api.internal", f"> Authorization: Bearer {mark('bearer', m.of(B62, 40))}", f"> User-Agent: curl/8.5.0", "> Accept: */*", "< HTTP/1.1 200 OK")
        add("psql", show.psql(["id", "login", "password_hash"], [[str(i), m.pick("tom", "ana", "ops"), mark("password_hash", m.bcrypt())] for i in range(1, 4)]).rstrip())
        add("psql", show.psql(["id", "client", "api_key"], [[str(i), m.pick("web", "ios", "erp"), mark("api_key", m.of(HEX, 40))] for i in range(1, 5)]).rstrip())
        add("mysql", show.mysql(["user", "host", "authentication_string"], [[m.pick("root", "app", "repl"), "%", mark("password_hash", "*" + m.of("0123456789ABCDEF", 40))] for _ in range(2)]).rstrip())
        add("csv", show.csv(["id", "name", "access_token"], [[str(i), m.pick("web", "ios", "erp"), mark("api_key", m.of(B62, 40))] for i in range(1, 5)]).rstrip())
        add("azure sas", f"https://acct.blob.core.windows.net/c/f?sv=2024-11-04&se=2026-12-01&sr=c&sp=rl&sig={mark('azure_sas', m.of(B62, 42) + '%3D')}")
        add("gcp key", "{", '  "type": "service_account",', '  "project_id": "acme-prod",', '  "client_id": "1",',
            '  "private_key": "' + mark("private_key", "\\n".join(m.pem("PRIVATE KEY")) + "\\n") + '",', '  "token_uri": "https://oauth2.example.com/token"', "}")
    for at in range(48):
        lines = m.pem()
        style = at % 8
        if style == 0:
            add("pem", mark("private_key", "\n".join(lines)))
        elif style == 1:
            add("pem indented", "tls:", "  key: |", "\n".join("    " + mark("private_key", line) for line in lines))
        elif style == 2:
            add("pem numbered", "\n".join(f"{n:6}\t{mark('private_key', line)}" for n, line in enumerate(lines, 1)))
        elif style == 3:
            add("pem with file name", "\n".join(f"server.key:{n}:{mark('private_key', line)}" for n, line in enumerate(lines, 1)))
        elif style == 4:
            add("pem in json", '{"key": "' + mark("private_key", "\\n".join(lines)) + '"}')
        elif style == 5:
            add("pem quoted", "\n".join(f"> {mark('private_key', line)}" for line in lines))
        elif style == 6:
            add("pem in diff", "\n".join(f"+{mark('private_key', line)}" for line in lines))
        else:
            add("pem among text", "$ cat /etc/ssl/private/server.key", mark("private_key", "\n".join(lines)), "$ ")
    book.write(OUT)


personal()
secrets()
harmless.write(Make(20263), OUT)
