"""Made-up values of the right shape: personal data with valid check digits, and secrets that open nothing.

Every value comes from a seeded generator. None was taken from a person, an account or a service.
"""
import base64
import binascii
import hashlib
import json
import random
import string
import textwrap

FIRST = """Anna Marek Lucia Tomas Ingrid Pavel Noor Hugo Selma Bruno Freya Matteo Amara Kofi Yuki Diego Leila Oskar Priya Sven Chiara Emeka
Marta Jonas Aisha Viktor Elena Rafael Zofia Milan Greta Samir Paula Anton Nadia Luca Ines Karim Hanna Theo Maja Ruben Sofia Andre Vera Omar
Clara Felix Dana Igor""".split()
LAST = """Kowalek Brandvik Ferreyra Lindmark Osei Tanimura Beaumel Castellan Novotny Haraldsen Okonjo Varela Steinbach Moretti Dubrov Eriksdal
Pellegri Almasi Rautio Venkat Drummel Soares Halloway Petrov Ngata Winterle Marchand Bellini Krasnik Oduya Fairburn Tessier Hollis Janssen
Quintana Abeler Sorensen Maddox Ivanek Lacroix Thorne Akande Westerby Cardoso Nakadai Pryce Rosetti Ullmann Vance Zeman""".split()
STREET = """Harbour Mill Station Church Linden Orchard Kings Castle Garden Meadow Willow Bridge Market School Park Chestnut Victoria Forest
Lake Spring""".split()
CITY = ["Ashford", "Lindholm", "Port Carrow", "Westmere", "Granby", "Oldtown", "Silverton", "Hartwell", "Marlow Bay", "Elmsworth"]
MAILHOST = """tandrix.com velmora.io brightquay.net mailhaven.org nordfjell.no postwerk.de courrielo.fr oakline.co.uk ferncliff.com.au
zonabit.es lumenpost.it skyparcel.net example.com example.org kestrel-mail.com""".split()
B62 = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
B64 = string.ascii_letters + string.digits + "+/"
URL = string.ascii_letters + string.digits + "-_"


def luhn(body):
    total = 0
    for at, digit in enumerate(reversed(body)):
        n = int(digit) * (2 if at % 2 == 0 else 1)
        total += n - 9 if n > 9 else n
    return str(-total % 10)


VD = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6], [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
      [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1], [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
      [8, 7, 6, 5, 9, 3, 2, 1, 0, 4], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]]
VP = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], [5, 8, 0, 3, 7, 9, 6, 1, 4, 2], [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
      [9, 4, 5, 3, 1, 2, 6, 8, 7, 0], [4, 2, 8, 6, 5, 7, 3, 9, 0, 1], [2, 7, 9, 3, 8, 0, 6, 4, 1, 5], [7, 0, 4, 6, 9, 1, 3, 2, 5, 8]]
VI = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9]


def groups(text, sizes, joint):
    out, at = [], 0
    for size in sizes:
        out.append(text[at:at + size])
        at += size
    if at < len(text):
        out.append(text[at:])
    return joint.join(out)


class Make:
    """One seeded source of values."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def pick(self, *choices):
        return self.r.choice(choices[0] if len(choices) == 1 and not isinstance(choices[0], str) else choices)

    def num(self, count):
        return "".join(self.r.choice("0123456789") for _ in range(count))

    def of(self, alphabet, count):
        return "".join(self.r.choice(alphabet) for _ in range(count))

    def int(self, low, high):
        return self.r.randint(low, high)

    # People

    def first(self):
        return self.pick(FIRST)

    def last(self):
        return self.pick(LAST)

    def name(self):
        return f"{self.first()} {self.last()}"

    def email(self):
        a, b, host = self.first().lower(), self.last().lower(), self.pick(MAILHOST)
        local = self.pick(f"{a}.{b}", f"{a[0]}{b}", f"{a}_{b}{self.int(1, 99)}", f"{b}.{a[0]}", f"{a}{self.int(1960, 2005)}", f"{a}.{b}+shop",
                          f"{a}-{b}", f"{b}{self.int(1, 999)}")
        return f"{local}@{host}"

    def phone(self):
        n = self.num
        return self.pick(f"+1 {self.int(201, 989)}-555-01{n(2)}", f"(0{self.int(20, 29)}) 7946 0{n(3)}", f"+44 7700 900{n(3)}", f"+44 20 7946 0{n(3)}",
                         f"+49 30 {n(4)} {n(4)}", f"+49 151 {n(8)}", f"+33 6 {n(2)} {n(2)} {n(2)} {n(2)}", f"+1-{self.int(201, 989)}-555-01{n(2)}",
                         f"({self.int(201, 989)}) 555-01{n(2)}", f"+34 6{n(2)} {n(3)} {n(3)}", f"+91 9{n(4)} {n(5)}", f"+55 11 9{n(4)}-{n(4)}",
                         f"+4670{n(7)}", f"+39 3{n(2)} {n(7)}", f"+61 4{n(2)} {n(3)} {n(3)}", f"+1{self.int(201, 989)}55501{n(2)}", f"+48 {n(3)} {n(3)} {n(3)}")

    def card(self):
        prefix, size = self.pick([("4", 16), ("4", 16), (str(self.int(51, 55)), 16), (str(self.int(2221, 2720)), 16), ("34", 15), ("37", 15),
                                  ("6011", 16), ("65", 16), (str(self.int(3528, 3589)), 16), ("36", 14)])
        body = prefix + self.num(size - len(prefix) - 1)
        full = body + luhn(body)
        if size == 15:
            return self.pick(full, groups(full, (4, 6, 5), " "), groups(full, (4, 6, 5), "-"))
        if size == 14:
            return self.pick(full, groups(full, (4, 6, 4), " "))
        return self.pick(full, full, groups(full, (4, 4, 4, 4), " "), groups(full, (4, 4, 4, 4), "-"))

    def iban(self):
        up, n = string.ascii_uppercase, self.num
        land, body = self.pick([("DE", n(18)), ("GB", self.of(up, 4) + n(14)), ("FR", n(10) + self.of(up + string.digits, 11) + n(2)), ("ES", n(20)),
                                ("NL", self.of(up, 4) + n(10)), ("IT", self.pick(list(up)) + n(22)), ("PL", n(24)), ("CH", n(17)), ("AT", n(16)),
                                ("BE", n(12)), ("SE", n(20)), ("PT", n(21)), ("IE", self.of(up, 4) + n(14)), ("DK", n(14)), ("FI", n(14)), ("NO", n(11))])
        value = int("".join(str(int(c, 36)) for c in body + land + "00"))
        full = f"{land}{98 - value % 97:02}{body}"
        return self.pick(full, full, " ".join(full[i:i + 4] for i in range(0, len(full), 4)))

    def us_ssn(self):
        area = self.pick([a for a in range(100, 899) if a != 666])
        return self.pick("{}-{}-{}", "{}-{}-{}", "{}-{}-{}", "{} {} {}").format(area, f"{self.int(10, 99)}", f"{self.int(1000, 9999)}")

    def us_itin(self):
        group = self.pick(list(range(50, 66)) + list(range(70, 89)) + [90, 91, 92, 94, 95, 96, 97, 98, 99])
        return f"9{self.num(2)}-{group}-{self.int(1000, 9999)}"

    def uk_nino(self):
        while True:
            two = self.of("ABCEGHJKLMNOPRSTWXYZ", 1) + self.of("ABCEGHJKLMNPRSTWXYZ", 1)
            if two not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ"):
                break
        digits, end = self.num(6), self.pick("A", "B", "C", "D")
        return self.pick(f"{two}{digits}{end}", f"{two} {digits[:2]} {digits[2:4]} {digits[4:]} {end}")

    def uk_nhs(self):
        while True:
            body = self.pick("4", "6", "7") + self.num(8)
            check = 11 - sum(int(d) * w for d, w in zip(body, range(10, 1, -1))) % 11
            if check != 10:
                full = body + str(check % 11)
                return self.pick(groups(full, (3, 3, 4), " "), groups(full, (3, 3, 4), "-"), full)

    def aadhaar(self):
        body = self.of("23456789", 1) + self.num(10)
        c = 0
        for at, digit in enumerate(reversed(body), 1):
            c = VD[c][VP[at % 8][int(digit)]]
        full = body + str(VI[c])
        return self.pick(groups(full, (4, 4, 4), " "), groups(full, (4, 4, 4), "-"), full)

    def cpf(self):
        body = self.num(9)
        for size in (10, 11):
            rest = sum(int(d) * w for d, w in zip(body, range(size, 1, -1))) % 11
            body += str(0 if rest < 2 else 11 - rest)
        return self.pick(f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}", f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}", body)

    def cnpj(self):
        body = self.num(8) + "0001"
        for weights in ([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]):
            rest = sum(int(d) * w for d, w in zip(body, weights)) % 11
            body += str(0 if rest < 2 else 11 - rest)
        return self.pick(f"{body[:2]}.{body[2:5]}.{body[5:8]}/{body[8:12]}-{body[12:]}", body)

    def passport(self):
        up = string.ascii_uppercase
        return self.pick(self.num(9), f"{self.of(up, 1)}{self.num(8)}", f"{self.of(up, 2)}{self.num(6)}", f"{self.of(up, 1)}{self.num(7)}",
                         f"C{self.of('FGHJKLMNPRTVWXYZ0123456789', 7)}{self.num(1)}", f"{self.num(2)}{self.of(up, 2)}{self.num(5)}")

    def es_nif(self):
        n = self.int(10000000, 99999999)
        letters = "TRWAGMYFPDXBNJZSQVHLCKE"
        if self.int(0, 2) == 0:
            n = self.int(1000000, 9999999)
            head = self.int(0, 2)
            return f"{'XYZ'[head]}{n}{letters[int(f'{head}{n}') % 23]}"
        return f"{n}{letters[n % 23]}"

    def it_cf(self):
        cons = "BCDFGLMNPRSTVZ"
        body = (self.of(cons, 6) + f"{self.int(40, 99)}" + self.pick(list("ABCDEHLMPRST")) + f"{self.int(1, 28):02}" + self.pick(list("ABCDEFGHIL")) + self.num(3))
        odd = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]))
        total = sum(odd[c] if at % 2 == 0 else int(c) if c.isdigit() else ord(c) - 65 for at, c in enumerate(body))
        return body + chr(65 + total % 26)

    def fr_nir(self):
        body = f"{self.int(1, 2)}{self.int(40, 99)}{self.int(1, 12):02}{self.int(10, 95):02}{self.int(1, 990):03}{self.int(1, 999):03}"
        full = body + f"{97 - int(body) % 97:02}"
        return self.pick(full, groups(full, (1, 2, 2, 2, 3, 3, 2), " "))

    def de_steuer(self):
        while True:
            digits = self.r.sample("0123456789", 9)
            digits.insert(self.int(0, 9), digits[self.int(0, 8)])
            body = "".join(digits)
            if body[0] != "0":
                break
        product = 10
        for d in body:
            s = (int(d) + product) % 10 or 10
            product = s * 2 % 11
        full = body + str((11 - product) % 10)
        return self.pick(full, groups(full, (2, 3, 3, 3), " "))

    def nl_bsn(self):
        while True:
            body = self.of("123456789", 1) + self.num(7)
            rest = sum(int(d) * w for d, w in zip(body, range(9, 1, -1))) % 11
            if rest < 10:
                return body + str(rest)

    def born(self):
        return self.int(1945, 2005), self.int(1, 12), self.int(1, 28)

    def pl_pesel(self):
        y, m, d = self.born()
        body = f"{y % 100:02}{m + (20 if y >= 2000 else 0):02}{d:02}{self.num(4)}"
        return body + str(-sum(int(c) * w for c, w in zip(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3))) % 10)

    def se_pnr(self):
        y, m, d = self.born()
        body = f"{y % 100:02}{m:02}{d:02}{self.num(3)}"
        full = body + luhn(body)
        return self.pick(f"{full[:6]}-{full[6:]}", f"{y // 100}{full[:6]}-{full[6:]}")

    def fi_hetu(self):
        y, m, d = self.born()
        n = self.int(2, 899)
        head = f"{d:02}{m:02}{y % 100:02}"
        return f"{head}{'A' if y >= 2000 else '-'}{n:03}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(f'{head}{n:03}') % 31]}"

    def dk_cpr(self):
        while True:
            y, m, d = self.born()
            body = f"{d:02}{m:02}{y % 100:02}{self.int(0, 3)}{self.num(2)}"
            check = -sum(int(c) * w for c, w in zip(body, (4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
            if check < 10 and y < 2000:
                return f"{body[:6]}-{body[6:]}{check}"

    def no_fnr(self):
        while True:
            y, m, d = self.born()
            if y >= 2000:
                continue
            body = f"{d:02}{m:02}{y % 100:02}{self.int(0, 499):03}"
            one = -sum(int(c) * w for c, w in zip(body, (3, 7, 6, 1, 8, 9, 4, 5, 2))) % 11
            if one > 9:
                continue
            two = -sum(int(c) * w for c, w in zip(f"{body}{one}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
            if two < 10:
                return self.pick(f"{body}{one}{two}", f"{body[:6]} {body[6:]}{one}{two}")

    def be_nn(self):
        while True:
            y, m, d = self.born()
            if y < 2000:
                body = f"{y % 100:02}{m:02}{d:02}{self.int(1, 997):03}"
                full = body + f"{97 - int(body) % 97:02}"
                return self.pick(f"{full[:2]}.{full[2:4]}.{full[4:6]}-{full[6:9]}.{full[9:]}", full)

    def ch_ahv(self):
        body = "756" + self.num(9)
        full = body + str(-sum(int(c) * (3 if at % 2 else 1) for at, c in enumerate(body)) % 10)
        return self.pick(groups(full, (3, 4, 4, 2), "."), groups(full, (3, 4, 4, 2), "."), full)

    def ca_sin(self):
        body = self.of("1234567", 1) + self.num(7)
        full = body + luhn(body)
        return self.pick(groups(full, (3, 3, 3), " "), groups(full, (3, 3, 3), "-"))

    def au_tfn(self):
        while True:
            body = self.of("123456789", 1) + self.num(8)
            if sum(int(c) * w for c, w in zip(body, (1, 4, 3, 7, 5, 8, 6, 9, 10))) % 11 == 0:
                return self.pick(groups(body, (3, 3, 3), " "), body)

    def sg_nric(self):
        head = self.pick("S", "T")
        body = self.num(7)
        total = sum(int(c) * w for c, w in zip(body, (2, 7, 6, 5, 4, 3, 2))) + (4 if head == "T" else 0)
        return f"{head}{body}{'JZIHGFEDCBA'[total % 11]}"

    def za_id(self):
        y, m, d = self.born()
        body = f"{y % 100:02}{m:02}{d:02}{self.num(4)}08"
        return body + luhn(body)

    def in_pan(self):
        up = string.ascii_uppercase
        return f"{self.of(up, 3)}P{self.of(up, 1)}{self.num(4)}{self.of(up, 1)}"

    def cn_id(self):
        y, m, d = self.born()
        body = f"{self.pick('110101', '310104', '440305', '320102')}{y}{m:02}{d:02}{self.num(3)}"
        total = sum(int(c) * w for c, w in zip(body, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)))
        return body + "10X98765432"[total % 11]

    def kr_rrn(self):
        y, m, d = self.born()
        body = f"{y % 100:02}{m:02}{d:02}{self.int(1, 2) + (2 if y >= 2000 else 0)}{self.num(5)}"
        check = (11 - sum(int(c) * w for c, w in zip(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))) % 11) % 10
        return f"{body[:6]}-{body[6:]}{check}"

    def dob(self):
        y, m, d = self.born()
        month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[m - 1]
        return self.pick(f"{y}-{m:02}-{d:02}", f"{y}-{m:02}-{d:02}", f"{d:02}/{m:02}/{y}", f"{d:02}.{m:02}.{y}", f"{d} {month} {y}")

    def address(self):
        return self.pick(f"{self.int(1, 240)} {self.pick(STREET)} {self.pick('Street', 'Road', 'Lane', 'Avenue')}",
                         f"{self.int(1, 240)} {self.pick(STREET)} {self.pick('Street', 'Road', 'Lane', 'Avenue')}, {self.pick(CITY)}",
                         f"{self.pick(STREET)}strasse {self.int(1, 99)}, {self.int(10000, 99999)} {self.pick(CITY)}",
                         f"{self.int(1, 99)} rue de la {self.pick(STREET)}, {self.int(10000, 95999)} {self.pick(CITY)}")

    # Secrets

    def word_password(self):
        return self.pick(f"{self.pick('Summer', 'Winter', 'Welcome', 'Passw0rd', 'Harbour', 'Tiger')}{self.int(10, 2026)}{self.pick('!', '#', '$', '')}",
                         self.of(B62 + "!%*_-+", self.int(12, 20)), self.of(B62, self.int(16, 24)),
                         "-".join(self.pick("correct", "horse", "amber", "violet", "cobalt", "staple", "river") for _ in range(3)) + self.num(2),
                         self.of(HEX, 32))

    def aws_id(self):
        return self.pick("AKIA", "AKIA", "ASIA") + self.of(string.ascii_uppercase + "234567", 16)

    def aws_secret(self):
        return self.of(B64, 40)

    def github(self):
        body = self.of(B62, 30)
        crc, digits = binascii.crc32(body.encode()), ""
        alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
        while crc:
            crc, at = divmod(crc, 62)
            digits = alphabet[at] + digits
        return self.pick(f"{self.pick('ghp', 'gho', 'ghs', 'ghu')}_{body}{digits:0>6}", f"github_pat_{self.of(B62, 22)}_{self.of(B62, 59)}")

    def gitlab(self):
        return self.pick("glpat-", "gldt-", "glrt-") + self.of(URL, 20)

    def slack(self):
        return self.pick(f"xoxb-{self.num(12)}-{self.num(13)}-{self.of(B62, 24)}", f"xoxp-{self.num(12)}-{self.num(12)}-{self.num(13)}-{self.of(HEX, 32)}",
                         f"xapp-1-A{self.of(string.ascii_uppercase + string.digits, 10)}-{self.num(13)}-{self.of(HEX, 64)}")

    def slack_hook(self):
        up = string.ascii_uppercase + string.digits
        return f"https://hooks.slack.com/services/T{self.of(up, 8)}/B{self.of(up, 10)}/{self.of(B62, 24)}"

    def stripe(self):
        return self.pick("sk_live_", "sk_live_51", "rk_live_", "sk_test_") + self.of(B62, self.pick([24, 99]))

    def npm(self):
        return "npm_" + self.of(B62, 36)

    def vault(self):
        return "hvs." + self.of(URL, self.pick([24, 92]))

    def google(self):
        return "AIza" + self.of(URL, 35)

    def gcp_oauth(self):
        return "ya29." + self.of(URL, 120)

    def azure_key(self):
        return base64.b64encode(self.r.randbytes(64)).decode()

    def azure_secret(self):
        return self.of(B62, 3) + "8Q~" + self.of(URL, 34)

    def sendgrid(self):
        return f"SG.{self.of(URL, 22)}.{self.of(URL, 43)}"

    def digitalocean(self):
        return "dop_v1_" + self.of(HEX, 64)

    def openai(self):
        return self.pick(f"sk-proj-{self.of(URL, 74)}T3BlbkFJ{self.of(URL, 74)}", f"sk-ant-api03-{self.of(URL, 93)}AA")

    def telegram(self):
        return f"{self.num(10)}:AA{self.of(URL, 33)}"

    def hex32(self):
        return self.of(HEX, 32)

    def hex64(self):
        return self.of(HEX, 64)

    def jwt(self):
        def part(value):
            return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")
        head = part({"alg": self.pick("HS256", "RS256", "ES256"), "typ": "JWT"})
        body = part({"sub": self.num(8), "iat": self.int(1700000000, 1790000000), "role": self.pick("admin", "user")})
        return f"{head}.{body}.{self.of(URL, 43)}"

    def basic(self):
        return base64.b64encode(f"{self.pick('admin', 'deploy', 'svc-ci', 'api')}:{self.word_password()}".encode()).decode()

    def pem(self, label=None):
        label = label or self.pick("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
        size = {"EC PRIVATE KEY": 121, "PRIVATE KEY": 320, "OPENSSH PRIVATE KEY": 390}.get(label, 610)
        width = 70 if label.startswith("OPENSSH") else 64
        return [f"-----BEGIN {label}-----"] + textwrap.wrap(base64.b64encode(self.r.randbytes(size)).decode(), width) + [f"-----END {label}-----"]

    def crypt(self):
        salt = "./" + string.digits + string.ascii_letters
        return self.pick(f"$6${self.of(salt, 16)}${self.of(salt, 86)}", f"$y$j9T${self.of(salt, 22)}${self.of(salt, 43)}", f"$1${self.of(salt, 8)}${self.of(salt, 22)}",
                         f"$5$rounds=5000${self.of(salt, 12)}${self.of(salt, 43)}")

    def bcrypt(self):
        return f"$2{self.pick('a', 'b', 'y')}$1{self.int(0, 2)}${self.of('./' + B62, 53)}"

    # Things that identify nobody

    def host(self):
        return self.pick("web1", "db-prod-01", "app03", "cache1", "edge-fra-2", "worker-7", "build04", "mq1")

    def ip(self):
        return self.pick(f"10.{self.int(0, 60)}.{self.int(0, 255)}.{self.int(1, 254)}", f"192.168.{self.int(0, 9)}.{self.int(1, 254)}", f"203.0.113.{self.int(1, 254)}")

    def uuid(self):
        h = self.of(HEX, 32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{self.pick('8', '9', 'a', 'b')}{h[17:20]}-{h[20:]}"

    def sha(self, size=40):
        return self.of(HEX, size)

    def epoch(self):
        return str(self.int(1690000000, 1795000000))

    def stamp(self):
        return f"2026-{self.int(1, 11):02}-{self.int(1, 28):02} {self.clock()}"

    def iso(self):
        return f"2026-{self.int(1, 11):02}-{self.int(1, 28):02}T{self.clock()}{self.pick('Z', '.' + self.num(3) + 'Z', '+00:00')}"

    def clock(self):
        return f"{self.int(0, 23):02}:{self.int(0, 59):02}:{self.int(0, 59):02}"

    def syslog(self):
        return f"{self.pick('Sep', 'Oct', 'Nov')} {self.int(1, 28):2} {self.clock()}"

    def version(self):
        return f"{self.int(0, 12)}.{self.int(0, 40)}.{self.int(0, 30)}"
