#!/usr/bin/env bash
# Sees to the services that tests use: PostgreSQL, Java (Spark), a browser, PDF tools, an IMAP server. Where this may install Debian's packages
# (root, apt-get), it does; elsewhere it says what is missing, and the tests that need it say so as skips.
set -uo pipefail
need=()
command -v java >/dev/null || need+=(default-jre-headless)
command -v pdftotext >/dev/null || need+=(poppler-utils)
command -v chromium >/dev/null || need+=(chromium)
command -v chromedriver >/dev/null || need+=(chromium-driver)
command -v dovecot >/dev/null || need+=(dovecot-imapd)
reach() { .venv/bin/python -m bench.server >/dev/null 2>&1; }
if ! reach && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then need+=(postgresql); fi
if [ ${#need[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing services for the tests: ${need[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null || true
  else
    echo "Missing (tests that need them are skipped): ${need[*]}; install them with: apt-get install ${need[*]}"
  fi
fi
exit 0
