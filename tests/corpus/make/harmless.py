"""Server output in which nothing must be hidden, though much of it looks like numbers, keys and addresses."""
import base64
import string

import records as show
from records import Book
from values import B62, HEX

UP = string.ascii_uppercase
WORDS = "cache worker api queue render index search parser loader handler router session metric batch export import store engine shard relay".split()
PKGS = "openssl libssl3 nginx-core python3-minimal libc6 zlib1g curl ca-certificates coreutils systemd tzdata bash grep sed tar gzip perl-base git-man".split()


def mac(m):
    return ":".join(m.of(HEX, 2) for _ in range(6))


def kinds(m):
    """Each kind of output by its name."""
    n, p, w = m.num, m.pick, lambda: m.pick(WORDS)
    path = lambda: f"/{p('srv', 'opt', 'var', 'usr')}/{w()}/{w()}{p('.py', '.go', '.conf', '.log', '')}"
    many = lambda f, low=2, high=7: "\n".join(f(i) for i in range(m.int(low, high)))
    size = lambda: f"{m.int(1, 999)}{p('K', 'M', 'G', '')}"
    k = {}
    k["hexdump"] = lambda: many(lambda i: f"{i * 16:08x}  " + " ".join(m.of(HEX, 2) for _ in range(8)) + "  " + " ".join(m.of(HEX, 2) for _ in range(8)) + "  |................|")
    k["hexdump zero"] = lambda: many(lambda i: f"{i * 16:07x} 0000 0000 0000 0000 0000 0000 {n(4)} {n(4)}")
    k["xxd"] = lambda: many(lambda i: f"{i * 16:08x}: " + " ".join(m.of(HEX, 4) for _ in range(8)) + "  ................")
    k["od"] = lambda: many(lambda i: f"{i * 16:07o} " + " ".join(m.of("01234567", 6) for _ in range(8)))
    k["sha256sum"] = lambda: many(lambda i: f"{m.sha(64)}  {w()}-{m.version()}.tar.gz")
    k["md5sum"] = lambda: many(lambda i: f"{m.sha(32)}  {path()}")
    k["uuid list"] = lambda: many(lambda i: m.uuid())
    k["uuid log"] = lambda: f"{m.iso()} INFO request_id={m.uuid()} trace_id={m.sha(32)} span_id={m.sha(16)} took {m.int(1, 900)}ms"
    k["epoch log"] = lambda: many(lambda i: f"{m.epoch()}.{n(3)} {m.int(1, 900)} {m.ip()} TCP_MISS/200 {m.int(100, 99999)} GET http://cdn.internal/{w()} - HIER_DIRECT/{m.ip()} text/html")
    k["epoch millis"] = lambda: many(lambda i: f"{m.epoch()}{n(3)}\t{w()}\t{m.int(1, 10 ** 6)}")
    k["versions"] = lambda: many(lambda i: f"{p(PKGS)} {m.version()}-{m.int(1, 9)}ubuntu{m.int(1, 9)}.{m.int(1, 20)}")
    k["four part versions"] = lambda: many(lambda i: f"{w()}.dll {m.int(1, 20)}.{m.int(0, 99)}.{m.int(0, 9999)}.{m.int(0, 99)}")
    k["git log oneline"] = lambda: many(lambda i: f"{m.sha(8)} {p('Fix', 'Add', 'Drop', 'Move')} {w()} {p('tests', 'timeout', 'retry', 'flag')} (#{m.int(1, 9999)})", 3, 9)
    k["git status"] = lambda: f"On branch {p('main', 'develop', 'fix/' + w())}\nYour branch is up to date with 'origin/main'.\n\nChanges not staged for commit:\n" + many(lambda i: f"\tmodified:   src/{w()}_{i}.rs") + "\n"
    k["git diff"] = lambda: f"diff --git a/src/{w()}.py b/src/{w()}.py\nindex {m.sha(7)}..{m.sha(7)} 100644\n@@ -{m.int(1, 99)},7 +{m.int(1, 99)},9 @@ def {w()}({w()}):\n-    return {w()}({m.int(1, 9)})\n+    return {w()}({m.int(1, 9)}, timeout={m.int(1, 60)})"
    k["git remote"] = lambda: f"origin\tgit@git.example.com:acme/{w()}.git (fetch)\norigin\tgit@git.example.com:acme/{w()}.git (push)"
    k["git clone"] = lambda: f"Cloning into '{w()}'...\nremote: Enumerating objects: {m.int(100, 99999)}, done.\nReceiving objects: 100% ({m.int(100, 9999)}/{m.int(10000, 99999)}), {m.int(1, 99)}.{n(2)} MiB | {m.int(1, 40)}.{n(2)} MiB/s, done."
    k["ps"] = lambda: "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n" + many(lambda i: f"{p('root', 'www-data', 'postgres', 'redis'):9}{m.int(1, 99999):7} {m.int(0, 9)}.{n(1)}  {m.int(0, 9)}.{n(1)} {m.int(1000, 9999999):7} {m.int(1000, 99999):6} ?        Ss   {p('09:12', 'Nov12')}   0:{n(2)} /usr/sbin/{w()} --port {m.int(1000, 9999)}", 3, 8)
    k["top"] = lambda: f"top - {m.clock()} up {m.int(1, 400)} days, {m.int(1, 23)}:{n(2)},  {m.int(1, 9)} users,  load average: {m.int(0, 9)}.{n(2)}, {m.int(0, 9)}.{n(2)}, 0.{n(2)}\nTasks: {m.int(90, 400)} total,   1 running, {m.int(80, 300)} sleeping\n%Cpu(s): {m.int(0, 99)}.{n(1)} us,  1.{n(1)} sy,  0.0 ni, {m.int(0, 99)}.{n(1)} id\nMiB Mem : {m.int(1000, 99999)}.{n(1)} total, {m.int(100, 999)}.{n(1)} free\n" + many(lambda i: f"{m.int(1, 99999):7} {p('root', 'app')}      20   0 {m.int(10 ** 5, 10 ** 7):8} {m.int(1000, 99999):6} {m.int(1000, 9999):6} S   {m.int(0, 99)}.{n(1)}   0.{n(1)}   {m.int(0, 99)}:{n(2)}.{n(2)} {w()}")
    k["ls -l"] = lambda: f"total {m.int(4, 9999)}\n" + many(lambda i: f"-rw-r--r-- {m.int(1, 9)} {p('root', 'deploy')} {p('root', 'www-data')} {m.int(1, 10 ** 10):11} {p('Nov', 'Oct')} {m.int(1, 28):2} {n(2)}:{n(2)} {w()}{p('.log', '.py', '.tar.gz', '@2x.png')}", 3, 9)
    k["ls images"] = lambda: many(lambda i: f"{w()}@{p('2', '3')}x.{p('png', 'jpg', 'webp')}")
    k["dmesg"] = lambda: many(lambda i: f"[{m.int(1, 999999):6}.{n(6)}] {p(f'usb 1-{m.int(1, 9)}: new high-speed USB device number {m.int(1, 99)} using xhci_hcd', f'EXT4-fs (sda{m.int(1, 9)}): mounted filesystem with ordered data mode', f'e1000e 0000:00:1f.{m.int(0, 7)} eth0: NIC Link is Up 1000 Mbps', f'BIOS-e820: [mem 0x{m.sha(16)}-0x{m.sha(16)}] usable', f'audit: type=1400 audit({m.epoch()}.{n(3)}:{n(3)}): apparmor=ALLOWED')}", 3, 8)
    k["cargo"] = lambda: many(lambda i: f"   Compiling {w()}-{w()} v{m.version()}", 3, 9) + f"\n    Finished `dev` profile [unoptimized + debuginfo] target(s) in {m.int(1, 90)}.{n(2)}s"
    k["gcc"] = lambda: f"[{m.int(1, 99)}%] Building CXX object CMakeFiles/{w()}.dir/{w()}.cpp.o\n{path()}.c:{m.int(1, 999)}:{m.int(1, 99)}: warning: unused variable '{w()}' [-Wunused-variable]"
    k["npm"] = lambda: f"added {m.int(10, 2000)} packages, and audited {m.int(10, 2000)} packages in {m.int(1, 60)}s\n\n{m.int(1, 300)} packages are looking for funding\n" + many(lambda i: f"├── {w()}@{m.version()}")
    k["npm scoped"] = lambda: many(lambda i: f"├─┬ @{w()}/{w()}@{m.version()}\n│ └── {w()}@{m.version()} deduped")
    k["dpkg"] = lambda: many(lambda i: f"ii  {p(PKGS):20} {m.version()}-{m.int(1, 9)}+deb12u{m.int(1, 9)}   amd64        {w()} {w()}", 3, 9)
    k["apt"] = lambda: many(lambda i: f"Get:{i + 1} http://deb.example.org/debian bookworm/main amd64 {p(PKGS)} amd64 {m.version()}-{m.int(1, 9)} [{m.int(1, 9999)} kB]") + f"\nFetched {m.int(1, 99)}.{n(1)} MB in {m.int(1, 9)}s ({m.int(100, 9999)} kB/s)"
    k["pip"] = lambda: many(lambda i: f"{w()}-{w()}=={m.version()}")
    k["cargo lock"] = lambda: many(lambda i: f'[[package]]\nname = "{w()}"\nversion = "{m.version()}"\nchecksum = "{m.sha(64)}"\n', 1, 4)
    k["package lock"] = lambda: many(lambda i: f'    "node_modules/{w()}": {{\n      "version": "{m.version()}",\n      "integrity": "sha512-{base64.b64encode(m.r.randbytes(64)).decode()}",\n      "license": "MIT"\n    }},', 1, 4)
    k["yarn lock"] = lambda: f'{w()}@^{m.version()}:\n  version "{m.version()}"\n  resolved "https://packages.example.com/{w()}/-/{w()}-{m.version()}.tgz#{m.sha()}"\n  integrity sha1-{base64.b64encode(m.r.randbytes(20)).decode()}'
    k["go sum"] = lambda: many(lambda i: f"git.example.com/{w()}/{w()} v{m.version()} h1:{base64.b64encode(m.r.randbytes(32)).decode()}")
    k["prometheus"] = lambda: f"# TYPE http_requests_total counter\n" + many(lambda i: f'http_requests_total{{code="{p("200", "404", "500")}",handler="/{w()}",instance="{m.ip()}:9100"}} {m.int(1, 10 ** 9)}') + f"\nprocess_start_time_seconds 1.7{n(8)}e+09"
    k["statsd"] = lambda: many(lambda i: f"{w()}.{w()}.p99 {m.int(1, 9999)}.{n(6)} {m.epoch()}")
    k["cidr"] = lambda: many(lambda i: f"{m.ip()}/{m.int(8, 32)} via {m.ip()} dev eth{m.int(0, 3)} proto kernel scope link metric {m.int(1, 999)}")
    k["ip addr"] = lambda: f"2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000\n    link/ether {mac(m)} brd ff:ff:ff:ff:ff:ff\n    inet {m.ip()}/24 brd 10.0.0.255 scope global eth0\n    inet6 fe80::{m.of(HEX, 4)}:{m.of(HEX, 4)}:{m.of(HEX, 4)}:{m.of(HEX, 4)}/64 scope link\n       valid_lft forever preferred_lft forever"
    k["ss"] = lambda: "State   Recv-Q Send-Q Local Address:Port  Peer Address:Port\n" + many(lambda i: f"ESTAB   0      {m.int(0, 99):2}     {m.ip()}:{m.int(1024, 65535)}   {m.ip()}:{p('443', '5432', '6379')}")
    k["ping"] = lambda: f"PING {m.host()} ({m.ip()}) 56(84) bytes of data.\n" + many(lambda i: f"64 bytes from {m.ip()}: icmp_seq={i + 1} ttl=64 time={m.int(0, 90)}.{n(3)} ms")
    k["dig"] = lambda: f";; ANSWER SECTION:\n{w()}.example.com.\t300\tIN\tA\t{m.ip()}\n\n;; AUTHORITY SECTION:\nexample.com.\t3600\tIN\tSOA\tns1.example.com. hostmaster.example.com. 2026{n(6)} 7200 3600 1209600 3600\n\n;; Query time: {m.int(1, 90)} msec"
    k["serials"] = lambda: f"Serial Number: {m.of(UP + '0123456789', 12)}\nProduct Name: PowerEdge R{n(3)}\nAsset Tag: {n(8)}\nPart Number: {m.of(UP + '0123456789', 10)}"
    k["smartctl"] = lambda: f"Model Family:     Seagate Exos\nDevice Model:     ST{n(5)}NM\nSerial Number:    {m.of(UP + '0123456789', 8)}\nLU WWN Device Id: 5 000c50 {m.sha(9)}\nUser Capacity:    {m.int(1, 20)},000,{n(3)},{n(3)},{n(3)} bytes"
    k["order numbers"] = lambda: many(lambda i: f"order {n(12)} shipped, tracking 1Z{m.of(UP + '0123456789', 16)}")
    k["order table"] = lambda: show.psql(["order_id", "sku", "qty", "total_cents", "created_at"], [[n(10), f"SKU-{n(8)}", str(m.int(1, 9)), str(m.int(100, 99999)), m.stamp()] for _ in range(m.int(3, 8))])
    k["ids table"] = lambda: show.psql(["id", "external_id", "batch_no", "ref"], [[str(m.int(1, 10 ** 6)), n(9), n(12), f"{UP[i]}{n(8)}"] for i in range(m.int(3, 7))])
    k["events table"] = lambda: show.mysql(["id", "event", "status", "duration_ms", "ts"], [[str(m.int(1, 10 ** 9)), w(), p("ok", "failed"), str(m.int(1, 99999)), m.epoch()] for _ in range(m.int(3, 7))])
    k["sizes table"] = lambda: show.psql(["relname", "n_live_tup", "n_dead_tup", "size"], [[f"{w()}_{i}", str(m.int(0, 10 ** 9)), str(m.int(0, 10 ** 6)), f"{m.int(1, 999)} MB"] for i in range(m.int(3, 7))])
    k["activity table"] = lambda: show.psql(["pid", "state", "wait_event", "age", "query"], [[str(m.int(1000, 99999)), p("active", "idle"), "ClientRead", f"00:00:{n(2)}.{n(6)}", f"select * from {w()} where id = $1"] for _ in range(m.int(2, 5))])
    k["explain"] = lambda: f" Index Scan using {w()}_pkey on {w()}  (cost=0.{n(2)}..{m.int(1, 999)}.{n(2)} rows={m.int(1, 9999)} width={m.int(4, 300)}) (actual time=0.{n(3)}..0.{n(3)} rows=1 loops=1)\n   Index Cond: (id = {m.int(1, 10 ** 9)})\n Planning Time: 0.{n(3)} ms\n Execution Time: {m.int(0, 99)}.{n(3)} ms"
    k["placeholders"] = lambda: many(lambda i: p("DB_PASSWORD=${DB_PASSWORD}", "password: <your password>", "API_KEY=", "token: ${{ secrets.GITHUB_TOKEN }}", "SECRET_KEY=$(cat /run/secrets/key)", "password = ********", "client_secret: {{ .Values.secret }}", "AWS_SECRET_ACCESS_KEY=xxxxxxxxxxxxxxxxxxxx", "POSTGRES_PASSWORD_FILE=/run/secrets/pg", "password: null", "passwd: files systemd", "token_type: bearer", "auth: true", "password_min_length: 12", "PasswordAuthentication no", "secretName: tls-cert", "existingSecret: db-credentials", "token_ttl: 3600", "public_key_path: ~/.ssh/id_ed25519.pub", "primary_key: id", "sort_key: created_at", "cache_key=v2:render", "key: value", "password:", "Password for user postgres: "))
    k["public keys"] = lambda: f"ssh-{p('ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI', 'rsa AAAAB3NzaC1yc2EAAAADAQABAAAB')}{m.of(B62 + '+/', 43)} deploy@{m.host()}"
    k["known hosts"] = lambda: many(lambda i: f"|1|{base64.b64encode(m.r.randbytes(20)).decode()}|{base64.b64encode(m.r.randbytes(20)).decode()} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{m.of(B62, 43)}", 1, 3)
    k["fingerprints"] = lambda: f"256 SHA256:{m.of(B62 + '+/', 43)} root@{m.host()} (ED25519)\n2048 MD5:{':'.join(m.of(HEX, 2) for _ in range(16))} no comment (RSA)"
    k["certificate"] = lambda: "-----BEGIN CERTIFICATE-----\n" + "\n".join(m.of(B62 + "+/", 64) for _ in range(m.int(8, 20))) + "\n" + m.of(B62, 30) + "==\n-----END CERTIFICATE-----"
    k["public pem"] = lambda: "-----BEGIN PUBLIC KEY-----\n" + "\n".join(m.of(B62 + "+/", 64) for _ in range(6)) + "\n-----END PUBLIC KEY-----"
    k["x509 text"] = lambda: f"        Serial Number:\n            {':'.join(m.of(HEX, 2) for _ in range(16))}\n        Signature Algorithm: sha256WithRSAEncryption\n        Validity\n            Not Before: Sep {m.int(1, 28):2} {m.clock()} 2026 GMT\n            Not After : Dec {m.int(1, 28):2} {m.clock()} 2026 GMT\n        X509v3 Subject Key Identifier:\n            {':'.join(m.of('0123456789ABCDEF', 2) for _ in range(20))}"
    k["csr"] = lambda: "-----BEGIN CERTIFICATE REQUEST-----\n" + "\n".join(m.of(B62 + "+/", 64) for _ in range(9)) + "\n-----END CERTIFICATE REQUEST-----"
    k["systemd units"] = lambda: many(lambda i: f"  {p(f'user@{m.int(1000, 1999)}.service', f'getty@tty{m.int(1, 6)}.service', f'user-runtime-dir@{m.int(1000, 1999)}.service', f'postgresql@{m.int(9, 17)}-main.service', w() + '.service')}  loaded active running {w()} {w()}")
    k["systemctl status"] = lambda: f"● {w()}.service - {w()} {w()}\n     Loaded: loaded (/lib/systemd/system/{w()}.service; enabled; preset: enabled)\n     Active: active (running) since Mon 2026-11-{m.int(1, 20):02} {m.clock()} UTC; {m.int(1, 9)} days ago\n   Main PID: {m.int(1, 99999)} ({w()})\n      Tasks: {m.int(1, 99)} (limit: {n(4)})\n     Memory: {m.int(1, 999)}.{n(1)}M\n        CPU: {m.int(1, 59)}min {m.int(1, 59)}.{n(3)}s"
    k["journal"] = lambda: many(lambda i: f"{m.syslog()} {m.host()} {p('systemd[1]', f'kernel', f'CRON[{n(5)}]', f'sshd[{n(5)}]')}: {p(f'Started {w()}.service - {w()}.', f'(root) CMD (/usr/lib/{w()}/run --once)', f'Accepted publickey for deploy from {m.ip()} port {m.int(1024, 65535)} ssh2: ED25519 SHA256:{m.of(B62, 43)}', f'session opened for user deploy(uid={m.int(1000, 1999)}) by (uid=0)', f'Connection closed by {m.ip()} port {m.int(1024, 65535)} [preauth]')}", 2, 7)
    k["nginx access"] = lambda: many(lambda i: f'{m.ip()} - - [{m.int(1, 28):02}/Nov/2026:{m.clock()} +0000] "{p("GET", "POST")} /{w()}/{m.int(1, 10 ** 7)}?page={m.int(1, 99)}&v={m.sha(8)} HTTP/1.1" {p("200", "304", "404")} {m.int(0, 99999)} "-" "{p("kube-probe/1.29", "curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")}" rt=0.{n(3)}')
    k["nginx error"] = lambda: f"2026/11/{m.int(1, 20):02} {m.clock()} [error] {n(4)}#{n(4)}: *{n(7)} upstream timed out (110: Connection timed out) while reading response header from upstream, client: {m.ip()}, server: _, request: \"GET /{w()} HTTP/1.1\", upstream: \"http://{m.ip()}:8080/{w()}\""
    k["haproxy"] = lambda: f"{m.syslog()} lb1 haproxy[{n(4)}]: {m.ip()}:{m.int(1024, 65535)} [{m.int(1, 20):02}/Nov/2026:{m.clock()}.{n(3)}] fe_{w()} be_{w()}/{m.host()} 0/0/{m.int(0, 9)}/{m.int(0, 999)}/{m.int(0, 999)} 200 {m.int(100, 99999)} - - ---- {m.int(1, 99)}/{m.int(1, 99)}/0/0/0 0/0 \"GET /{w()} HTTP/1.1\""
    k["java log"] = lambda: f"{m.stamp()},{n(3)} [{w()}-{m.int(1, 32)}] {p('INFO', 'DEBUG', 'WARN')} c.a.{w()}.{w().title()}Service - processed {m.int(1, 99999)} rows in {m.int(1, 9999)} ms, heap {m.int(1, 4000)}/{m.int(4000, 8000)} MB"
    k["java trace"] = lambda: f"java.lang.IllegalStateException: {w()} not ready\n" + many(lambda i: f"\tat com.acme.{w()}.{w().title()}.{w()}({w().title()}.java:{m.int(1, 999)})", 3, 8) + f"\n\t... {m.int(1, 60)} more\n{w().title()}@{m.sha(8)}"
    k["python trace"] = lambda: f"Traceback (most recent call last):\n" + many(lambda i: f'  File "{path()}", line {m.int(1, 999)}, in {w()}\n    {w()}({w()})') + f"\nTimeoutError: timed out after {m.int(1, 90)} s <{w()}.{w().title()} object at 0x{m.sha(12)}>"
    k["go panic"] = lambda: f"panic: runtime error: index out of range [{m.int(1, 99)}] with length {m.int(0, 9)}\n\ngoroutine {m.int(1, 9999)} [running]:\nmain.{w()}(0xc000{m.sha(6)}, 0x{m.int(1, 99)})\n\t{path()}:{m.int(1, 999)} +0x{m.sha(3)}"
    k["segfault"] = lambda: f"[{n(5)}.{n(6)}] {w()}[{n(5)}]: segfault at {m.sha(16)} ip {m.sha(16)} sp {m.sha(16)} error 4 in lib{w()}.so.{m.version()}[{m.sha(12)}+{m.sha(5)}]"
    k["json log"] = lambda: many(lambda i: f'{{"ts":"{m.iso()}","level":"{p("info", "warn")}","caller":"{w()}/{w()}.go:{m.int(1, 999)}","msg":"{w()} done","id":{n(10)},"took_ms":{m.int(1, 999)}.{n(2)},"trace":"{m.sha(32)}"}}', 1, 4)
    k["logfmt"] = lambda: many(lambda i: f"time={m.iso()} level=info component={w()} msg=\"{w()} {w()}\" seq={n(9)} dur={m.int(1, 999)}ms rev={m.sha(12)}")
    k["kubectl get pods"] = lambda: "NAME                         READY   STATUS    RESTARTS   AGE\n" + many(lambda i: f"{w()}-{m.of(HEX, 10)}-{m.of('bcdfghjklmnpqrstvwxz2456789', 5):8} 1/1     Running   {m.int(0, 9)}          {m.int(1, 99)}d", 3, 8)
    k["kubectl describe"] = lambda: f"Name:             {w()}-0\nNamespace:        prod\nNode:             node-{m.int(1, 40)}/{m.ip()}\nStart Time:       Mon, 16 Nov 2026 {m.clock()} +0000\nLabels:           app={w()}\n                  pod-template-hash={m.of(HEX, 10)}\nIP:               {m.ip()}\nContainers:\n  {w()}:\n    Container ID:  containerd://{m.sha(64)}\n    Image ID:      registry.example.com/{w()}@sha256:{m.sha(64)}"
    k["docker ps"] = lambda: "CONTAINER ID   IMAGE          COMMAND                  CREATED       STATUS       PORTS                    NAMES\n" + many(lambda i: f"{m.sha(12)}   {w()}:{m.version():8} \"/entrypoint.sh {w()}\"   {m.int(2, 9)} days ago   Up {m.int(2, 9)} days   0.0.0.0:{m.int(1000, 9999)}->80/tcp   {w()}_{i}")
    k["docker images"] = lambda: "REPOSITORY                 TAG       IMAGE ID       CREATED        SIZE\n" + many(lambda i: f"registry.example.com/{w():8} {m.version():9} {m.sha(12)}   {m.int(2, 9)} weeks ago   {m.int(5, 900)}MB")
    k["docker pull"] = lambda: many(lambda i: f"{m.sha(12)}: Pull complete", 3, 7) + f"\nDigest: sha256:{m.sha(64)}\nStatus: Downloaded newer image for {w()}:{m.version()}"
    k["df"] = lambda: "Filesystem      Size  Used Avail Use% Mounted on\n" + many(lambda i: f"/dev/mapper/vg{i}-{w():8} {size():>5} {size():>5} {size():>5}  {m.int(1, 99)}% /{w()}")
    k["df inodes"] = lambda: "Filesystem        Inodes   IUsed     IFree IUse% Mounted on\n" + many(lambda i: f"/dev/sd{string.ascii_lowercase[i]}1       {n(8)} {n(7)}  {n(8)}   {m.int(1, 99)}% /{w()}")
    k["free"] = lambda: f"               total        used        free      shared  buff/cache   available\nMem:        {n(8)}     {n(8)}     {n(7)}      {n(6)}    {n(8)}    {n(8)}\nSwap:        {n(7)}           0     {n(7)}"
    k["vmstat"] = lambda: "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n" + many(lambda i: f" {m.int(0, 9)}  0      0 {n(7)} {n(6)} {n(8)}    0    0     {n(1)}    {n(2)}  {n(3)}  {n(4)}  {m.int(0, 9)}  1 {m.int(80, 98)}  0  0")
    k["iostat"] = lambda: "Device            r/s     rkB/s   rrqm/s  %rrqm r_await rareq-sz     w/s     wkB/s  %util\n" + many(lambda i: f"nvme{i}n1       {m.int(0, 999)}.{n(2)}   {n(4)}.{n(2)}     0.00   0.00    0.{n(2)}    {n(2)}.{n(2)}  {n(3)}.{n(2)}  {n(4)}.{n(2)}   {m.int(0, 99)}.{n(2)}")
    k["proc stat"] = lambda: f"cpu  {n(9)} {n(5)} {n(8)} {n(10)} {n(6)} 0 {n(6)} 0 0 0\nintr {n(10)} {n(3)} 9 0 0 {n(6)}\nctxt {n(11)}\nbtime {m.epoch()}\nprocesses {n(8)}"
    k["meminfo"] = lambda: many(lambda i: f"{p('MemTotal', 'MemFree', 'Cached', 'Slab', 'PageTables', 'Committed_AS')}:{n(9):>16} kB", 3, 6)
    k["interrupts"] = lambda: many(lambda i: f" {i + 20}:  {n(9)}  {n(9)}  {n(8)}  {n(9)}  IR-PCI-MSI {n(6)}-edge      eth0-TxRx-{i}")
    k["lspci"] = lambda: many(lambda i: f"{m.of(HEX, 2)}:{m.of(HEX, 2)}.{m.int(0, 7)} Ethernet controller [0200]: Intel Corporation I210 [{m.of(HEX, 4)}:{m.of(HEX, 4)}] (rev {n(2)})")
    k["lsblk"] = lambda: "NAME        MAJ:MIN RM   SIZE RO TYPE MOUNTPOINTS\n" + many(lambda i: f"├─sda{i + 1}        8:{i + 1}    0 {size():>6}  0 part /{w()}")
    k["blkid"] = lambda: many(lambda i: f'/dev/sda{i + 1}: UUID="{m.uuid()}" BLOCK_SIZE="4096" TYPE="ext4" PARTUUID="{m.sha(8)}-{n(2)}"')
    k["fstab"] = lambda: many(lambda i: f"UUID={m.uuid()} /{w()} ext4 errors=remount-ro 0 {i}")
    k["passwd file"] = lambda: many(lambda i: f"{p('daemon', 'bin', 'sys', 'www-data', 'backup', '_apt', 'sshd')}:x:{m.int(1, 65534)}:{m.int(1, 65534)}:{p('daemon', 'bin', 'www-data', '')}:/nonexistent:/usr/sbin/nologin")
    k["group file"] = lambda: many(lambda i: f"{w()}:x:{m.int(100, 65534)}:")
    k["config nginx"] = lambda: f"server {{\n    listen {m.int(80, 9999)};\n    server_name {w()}.example.com;\n    location /{w()} {{\n        proxy_pass http://{m.ip()}:{m.int(1000, 9999)};\n        proxy_set_header X-Request-Id $request_id;\n        proxy_set_header Authorization $http_authorization;\n    }}\n}}"
    k["config yaml"] = lambda: f"replicas: {m.int(1, 9)}\nimage: registry.example.com/{w()}:{m.version()}\nport: {m.int(1000, 9999)}\ntimeout: {m.int(1, 90)}s\nkeyPrefix: {w()}\nsecretRef:\n  name: {w()}-credentials\nfeatures:\n  {w()}: true"
    k["sshd config"] = lambda: f"Port {p('22', '2222')}\nHostKey /etc/ssh/ssh_host_ed25519_key\nPermitRootLogin {p('no', 'prohibit-password')}\nPasswordAuthentication no\nAuthorizedKeysFile .ssh/authorized_keys\nClientAliveInterval {m.int(10, 300)}"
    k["crontab"] = lambda: many(lambda i: f"{m.int(0, 59)} {m.int(0, 23)} * * {p('*', '1-5')} {path()} --once >> /var/log/{w()}.log 2>&1")
    k["terraform plan"] = lambda: f"  # aws_instance.{w()} will be updated in-place\n  ~ resource \"aws_instance\" \"{w()}\" {{\n        id            = \"i-{m.sha(17)}\"\n      ~ instance_type = \"t3.{p('small', 'large')}\" -> \"t3.xlarge\"\n        password      = (sensitive value)\n    }}\n\nPlan: {m.int(0, 9)} to add, {m.int(1, 9)} to change, 0 to destroy."
    k["ansible"] = lambda: f"TASK [{w()} : install {w()}] {'*' * 40}\n" + many(lambda i: f"{p('ok', 'changed')}: [{m.host()}]") + f"\n\nPLAY RECAP {'*' * 50}\n{m.host()} : ok={m.int(1, 99)} changed={m.int(0, 9)} unreachable=0 failed=0"
    k["aws ids"] = lambda: many(lambda i: f"i-{m.sha(17)}  t3.{p('micro', 'large')}  running  vpc-{m.sha(17)}  subnet-{m.sha(17)}  ami-{m.sha(17)}  arn:aws:ec2:eu-west-1:{n(12)}:instance/i-{m.sha(17)}")
    k["s3 ls"] = lambda: many(lambda i: f"{m.stamp()} {m.int(1, 10 ** 10):12} {w()}/{m.sha(16)}.parquet")
    k["kafka"] = lambda: "GROUP   TOPIC   PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG  CONSUMER-ID\n" + many(lambda i: f"{w()}  {w()}  {i}  {n(10)}  {n(10)}  {m.int(0, 999)}  consumer-{i}-{m.uuid()}")
    k["redis info"] = lambda: f"# Server\nredis_version:{m.version()}\nredis_git_sha1:00000000\nrun_id:{m.sha()}\ntcp_port:6379\nuptime_in_seconds:{n(7)}\nused_memory:{n(10)}\ntotal_commands_processed:{n(10)}\nmaster_replid:{m.sha()}\nmaster_repl_offset:{n(11)}"
    k["redis keys"] = lambda: many(lambda i: f'{i + 1}) "{w()}:{n(8)}:{w()}"')
    k["rabbit"] = lambda: "name\tmessages\tconsumers\n" + many(lambda i: f"{w()}.{w()}\t{m.int(0, 99999)}\t{m.int(0, 9)}")
    k["elastic"] = lambda: "health status index               uuid                   pri rep docs.count docs.deleted store.size\n" + many(lambda i: f"green  open   logs-2026.11.{i + 1:02}     {m.of(B62, 22)}   1   1   {n(8)}       {n(4)}     {m.int(1, 99)}.{n(1)}gb")
    k["mongo"] = lambda: f"[\n  {{\n    _id: ObjectId('{m.sha(24)}'),\n    sku: '{w()}-{n(6)}',\n    qty: {m.int(1, 99)},\n    ts: ISODate('{m.iso()[:19]}.000Z')\n  }}\n]"
    k["strace"] = lambda: many(lambda i: f'openat(AT_FDCWD, "{path()}", O_RDONLY|O_CLOEXEC) = {m.int(3, 99)}\nread({m.int(3, 99)}, "\\177ELF\\2\\1\\1\\0"..., 832) = 832\nmmap(NULL, {n(7)}, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f{m.sha(10)}', 1, 4)
    k["lsof"] = lambda: "COMMAND   PID USER   FD   TYPE  DEVICE SIZE/OFF   NODE NAME\n" + many(lambda i: f"{w():8} {n(5)} root  {m.int(1, 99)}u  IPv4 {n(9)}      0t0    TCP {m.ip()}:{m.int(1024, 65535)}->{m.ip()}:443 (ESTABLISHED)")
    k["tcpdump"] = lambda: many(lambda i: f"{m.clock()}.{n(6)} IP {m.ip()}.{m.int(1024, 65535)} > {m.ip()}.443: Flags [P.], seq {n(10)}:{n(10)}, ack {n(10)}, win {n(3)}, options [nop,nop,TS val {n(10)} ecr {n(10)}], length {n(3)}")
    k["iptables"] = lambda: "Chain INPUT (policy DROP 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination\n" + many(lambda i: f"{n(5)} {n(4)}K ACCEPT     tcp  --  *      *       {m.ip()}/24         0.0.0.0/0            tcp dpt:{p('22', '443')}")
    k["arp"] = lambda: many(lambda i: f"{m.ip()} dev eth0 lladdr {mac(m)} {p('REACHABLE', 'STALE')}")
    k["rsync"] = lambda: many(lambda i: f"{w()}/{w()}.bin\n    {n(3)},{n(3)},{n(3)} 100%   {m.int(1, 99)}.{n(2)}MB/s    0:00:{n(2)} (xfr#{i + 1}, to-chk={m.int(0, 99)}/{m.int(100, 999)})") + f"\nsent {n(3)},{n(3)} bytes  received {n(4)} bytes  {n(3)},{n(3)}.{n(2)} bytes/sec"
    k["pytest"] = lambda: many(lambda i: f"tests/test_{w()}.py::test_{w()}_{w()} PASSED [{m.int(1, 100):3}%]", 2, 6) + f"\n{'=' * 20} {m.int(1, 900)} passed, {m.int(0, 9)} skipped in {m.int(1, 99)}.{n(2)}s {'=' * 20}"
    k["benchmark"] = lambda: many(lambda i: f"test bench_{w()} ... bench: {m.int(1, 999):7},{n(3)} ns/iter (+/- {m.int(1, 99)},{n(3)})")
    k["floats"] = lambda: many(lambda i: "  ".join(f"{m.int(-9, 9)}.{n(8)}" for _ in range(6)))
    k["csv numbers"] = lambda: "ts,cpu,mem,rx_bytes,tx_bytes\n" + many(lambda i: f"{m.epoch()},{m.int(0, 99)}.{n(2)},{m.int(0, 99)}.{n(2)},{n(11)},{n(11)}", 3, 8)
    k["json metrics"] = lambda: f'{{"host":"{m.host()}","load":[{m.int(0, 9)}.{n(2)},{m.int(0, 9)}.{n(2)}],"boot":{m.epoch()},"ids":[{n(9)},{n(10)},{n(12)}],"digest":"sha256:{m.sha(64)}"}}'
    k["base64 data"] = lambda: "\n".join(m.of(B62 + "+/", 76) for _ in range(m.int(2, 6)))
    k["etag"] = lambda: f"HTTP/1.1 200 OK\nServer: nginx/{m.version()}\nDate: Fri, 20 Nov 2026 {m.clock()} GMT\nContent-Type: application/json\nContent-Length: {m.int(10, 99999)}\nETag: \"{m.sha(8)}-{m.sha(5)}\"\nX-Request-Id: {m.uuid()}\nStrict-Transport-Security: max-age=31536000"
    k["openssl s_client"] = lambda: f"SSL-Session:\n    Protocol  : TLSv1.3\n    Cipher    : TLS_AES_256_GCM_SHA384\n    Session-ID-ctx:\n    Verify return code: 0 (ok)\n    Start Time: {m.epoch()}\n    Timeout   : 7200 (sec)"
    k["help text"] = lambda: p("Usage: app [OPTIONS]\n  -p, --password <PASSWORD>  password to use\n  -t, --token <TOKEN>        token file", "  --api-key string     API key (env: API_KEY)\n  --email string       address to notify", "usage: tool [-h] [--user USER] [--secret-file FILE]", "      --auth-token-file=FILE   file with the token\n      --phone-format=FMT       how to print numbers") + f"\n\nversion {m.version()}"
    k["sql schema"] = lambda: f"                   Table \"public.{w()}\"\n   Column   |            Type             | Nullable | Default\n------------+-----------------------------+----------+---------\n id         | bigint                      | not null | nextval('{w()}_id_seq'::regclass)\n email      | character varying(255)      | not null |\n phone      | text                        |          |\n password_hash | text                     |          |\n created_at | timestamp without time zone |          | now()\nIndexes:\n    \"{w()}_pkey\" PRIMARY KEY, btree (id)"
    k["ddl"] = lambda: f"CREATE TABLE {w()} (\n  id bigserial PRIMARY KEY,\n  email text NOT NULL,\n  ssn text,\n  password text,\n  card_number varchar(19),\n  v{m.int(1, 99)} int\n);"
    k["code"] = lambda: p(f"def login(email, password):\n    token = make_token(email)\n    return token[:{m.int(1, 9)}]", f"let secret = env::var(\"{w().upper()}_SECRET\")?;", f"const token = req.headers.authorization.split(' ')[{m.int(0, 9)}];", f"password = getpass.getpass('{w()} password: ')", f"if user.password == nil {{ return err{m.int(1, 99)} }}", f"api_key = os.environ['{w().upper()}_API_KEY']", f"@app.route('/{w()}/{m.int(1, 99)}')", f"@Override\npublic String {w()}() {{ return \"{w()}\"; }}", f"token := strings.TrimPrefix(h, \"Bearer \") // {m.int(1, 999)}")
    k["counts"] = lambda: many(lambda i: f"{m.int(1, 10 ** 9):10} {p('200', '404', w(), path())}")
    k["wc"] = lambda: many(lambda i: f"{n(6):>8} {n(7):>9} {n(9):>11} {path()}")
    k["snmp"] = lambda: many(lambda i: f"iso.3.6.1.2.1.{m.int(1, 99)}.{m.int(1, 9)}.{m.int(1, 9)}.{i} = Counter32: {n(10)}")
    k["zpool"] = lambda: f"  pool: tank\n state: ONLINE\n  scan: scrub repaired 0B in 0{n(1)}:{n(2)}:{n(2)} with 0 errors\nconfig:\n\tNAME        STATE     READ WRITE CKSUM\n\ttank        ONLINE       0     0     0\n" + many(lambda i: f"\t    wwn-0x5000c500{m.sha(8)}  ONLINE  0  0  0")
    k["mysql status"] = lambda: show.mysql(["Variable_name", "Value"], [[v, n(9)] for v in m.r.sample(["Bytes_received", "Bytes_sent", "Com_select", "Handler_read_key", "Innodb_rows_read", "Questions", "Uptime"], m.int(3, 6))])
    k["replication"] = lambda: show.mysql_long(["Source_Host", "Source_Log_File", "Read_Source_Log_Pos", "Exec_Source_Log_Pos", "Seconds_Behind_Source", "Source_UUID"], [[m.ip(), f"bin.{n(6)}", n(10), n(10), "0", m.uuid()]])
    k["product table"] = lambda: show.psql(["sku", "product_name", "ean", "price", "file_name"], [[f"{UP[m.int(0, 25)]}{n(6)}", f"{w()} {w()}", f"40{n(11)}", f"{m.int(1, 99)}.{n(2)}", f"{w()}_{n(4)}.pdf"] for _ in range(m.int(3, 6))])
    k["hosts table"] = lambda: show.box(["hostname", "kernel", "cores", "boot_epoch", "image_name"], [[m.host(), f"{m.version()}-{m.int(1, 99)}-amd64", str(m.int(2, 64)), m.epoch(), f"{w()}-{m.version()}"] for _ in range(m.int(2, 5))])
    k["device names"] = lambda: show.json_pretty(["id", "service_name", "display_name", "queue_name"], [[str(m.int(1, 99)), w(), f"{w()} {w()}", f"{w()}.{w()}"] for _ in range(2)])
    k["shell line"] = lambda: f"deploy@{m.host()}:/srv/{w()}$ ls"
    k["prompts"] = lambda: f"root@{m.host()}:~# systemctl is-active {w()}\nactive\nroot@{m.host()}:~# "
    k["ssh banner"] = lambda: f"Last login: Fri Nov 20 {m.clock()} 2026 from {m.ip()}\nLinux {m.host()} {m.version()}-{m.int(1, 40)}-amd64 #1 SMP Debian {m.version()}-1 x86_64"
    k["iso images"] = lambda: many(lambda i: f"debian-{m.version()}-amd64-netinst.iso {n(9)} bytes sha512:{m.sha(128)}", 1, 3)
    k["times"] = lambda: f"real\t{m.int(0, 9)}m{m.int(0, 59)}.{n(3)}s\nuser\t0m{m.int(0, 59)}.{n(3)}s\nsys\t0m0.{n(3)}s"
    k["numbers"] = lambda: many(lambda i: n(p([6, 7, 8, 10, 11, 12, 13, 14, 17, 18, 19, 20])), 3, 8)
    k["isbn and ean"] = lambda: many(lambda i: f"ISBN 978-{n(1)}-{n(4)}-{n(4)}-{n(1)}  EAN {n(13)}")
    k["progress"] = lambda: f"{w()}.tar.gz   {m.int(1, 100)}%[{'=' * m.int(1, 20)}>      ] {m.int(1, 999)}.{n(2)}M  {m.int(1, 99)}.{n(1)}MB/s    eta {m.int(1, 59)}s"
    return k


def write(m, out, name="harmless", rounds=26):
    book = Book(name)
    makers = kinds(m)
    for _ in range(rounds):
        for kind, make in makers.items():
            book.add(kind, make().rstrip("\n") + "\n")
    book.write(out)
