#!/usr/bin/env bash
# All tests: everything on SQLite, then what touches the database again on PostgreSQL (a running server, else one of our own), as
# an ordinary role. A process for each core, a file of tests to one process.
set -uo pipefail
bin=.venv/bin
many=(-n auto --dist loadfile)
url=$($bin/python -m bench.server)
own=""
initdb=$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1)
if [ -z "$url" ] && [ -n "$initdb" ]; then
  own=$(mktemp -d /tmp/fairdue-pg.XXXXXX); bindir=$(dirname "$initdb"); as=()
  if [ "$(id -u)" = 0 ]; then chown postgres "$own"; as=(runuser -u postgres --); fi
  "${as[@]}" "$initdb" -D "$own/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  "${as[@]}" "$bindir/pg_ctl" -D "$own/data" -w -l "$own/log" -o "-p 55432 -k $own -c listen_addresses=127.0.0.1 -c fsync=off" start >/dev/null
  trap '"${as[@]}" "$bindir/pg_ctl" -D "$own/data" -m immediate stop >/dev/null; rm -rf "$own"' EXIT
  url=$(FAIRDUE_TEST_POSTGRES=postgresql://postgres@127.0.0.1:55432/postgres $bin/python -m bench.server)
fi
if [ -z "$url" ] && [ "${CI:-}" = true ]; then echo "PostgreSQL cannot be had, which CI requires"; exit 1; fi
[ -z "$url" ] || export FAIRDUE_TEST_POSTGRES=$url
$bin/pytest "${many[@]}" || exit 1
if [ -z "$url" ]; then echo "SKIPPED: tests on PostgreSQL (no server, and no initdb to start one)"; exit 0; fi
FAIRDUE_DATABASE_URL=$url $bin/pytest "${many[@]}" -m "django_db or database" -p no:cacheprovider || exit 1
