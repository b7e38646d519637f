#!/usr/bin/env bash
# All tests: everything on SQLite, then what touches the database again on PostgreSQL (a running one, else one of our own).
# A process for each core, a file of tests to one process.
set -uo pipefail
bin=.venv/bin
many=(-n auto --dist loadfile)
$bin/pytest "${many[@]}" || exit 1
url=${FAIRDUE_TEST_POSTGRES:-postgresql://postgres@127.0.0.1:5432/postgres}
own=""
if ! $bin/python -c "import psycopg,sys; psycopg.connect(sys.argv[1], connect_timeout=3).close()" "$url" 2>/dev/null; then
  initdb=$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1)
  if [ -z "$initdb" ]; then
    if [ "${CI:-}" = true ]; then echo "PostgreSQL cannot be had, which CI requires"; exit 1; fi
    echo "SKIPPED: tests on PostgreSQL (no server, and no initdb to start one)"; exit 0
  fi
  own=$(mktemp -d /tmp/fairdue-pg.XXXXXX); bindir=$(dirname "$initdb"); as=()
  if [ "$(id -u)" = 0 ]; then chown postgres "$own"; as=(runuser -u postgres --); fi
  "${as[@]}" "$initdb" -D "$own/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
  "${as[@]}" "$bindir/pg_ctl" -D "$own/data" -w -l "$own/log" -o "-p 55432 -k $own -c listen_addresses=127.0.0.1 -c fsync=off" start >/dev/null
  trap '"${as[@]}" "$bindir/pg_ctl" -D "$own/data" -m immediate stop >/dev/null; rm -rf "$own"' EXIT
  url=postgresql://postgres@127.0.0.1:55432/postgres
fi
FAIRDUE_DATABASE_URL=$url $bin/pytest "${many[@]}" -m "django_db" -p no:cacheprovider || exit 1
