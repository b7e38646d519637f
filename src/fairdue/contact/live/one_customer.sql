-- one_customer: Everything that the gate asks about one customer, in one statement.
-- 1. Each row is (part, place, cells): which list it belongs to, its place in it (the row's number), its columns as a JSON list.
-- 2. Items, holds and unapplied payments are the ledger's own statements; their open amounts have no second definition here.
-- 3. Items without a balance and payments without a rest are left out. Money counts up to the day "horizon"; so does money that may
--    be the customer's among others.
-- 4. Messages count that left or may have left since the moment "since"; those written in answer do not. So do messages to other
--    customers at an address of this customer, in small letters.
-- 5. Of the timeline, calls, replies and answers from "since" to "at" are given.
-- 6. Tasks are the open ones to read a reply and to check inside.
-- 7. A file is withdrawn when one of its bytes was taken back and none of the same bytes is in force with the customer.
-- 8. Facts are imports under way of the company, and the cover of the customer and of its items with a balance, not yet expired.
-- 9. An address is compared in small letters: by an index on the expression, or by a column where row-level security bars it.
-- 10. Written for SQLite and PostgreSQL: json_row is json_array or json_build_array, words in braces are filled in once.
WITH opened AS MATERIALIZED (
  SELECT x.* FROM ({open_items}) x WHERE x.open_minor <> 0
),
addresses AS MATERIALIZED (
  SELECT DISTINCT LOWER(k.email) AS address FROM ledger_contact k
  WHERE k.company_id = %(company)s AND k.customer_id = %(customer)s AND k.email <> ''
)
SELECT 'customer' AS part, c.id AS place,
  CAST(json_row(c.id, c.country, c.language, c.time_zone, c.street, c.city, c.natural_person, c.region) AS TEXT) AS cells
FROM ledger_customer c WHERE c.company_id = %(company)s AND c.id = %(customer)s
UNION ALL
SELECT 'contact', k.id,
  CAST(json_row(k.customer_id, k.id, k.purpose, k.channel, k.language, k.email, k.consent, k.bounced_on, k.active, k.time_zone,
    k.name) AS TEXT)
FROM ledger_contact k WHERE k.company_id = %(company)s AND k.customer_id = %(customer)s
UNION ALL
SELECT 'hold', h.id, CAST(json_row(h.customer_id, h.document_id, h.due_item_id, h.reason, h.amount_minor) AS TEXT)
FROM ({holds}) h
UNION ALL
SELECT 'unapplied', u.id,
  CAST(json_row(u.id, u.customer_id, u.suspected_customer_id, u.currency, u.effective_on, u.recorded_at, u.rest, u.further) AS TEXT)
FROM ({unapplied}) u WHERE u.rest > 0
UNION ALL
SELECT 'item', o.id,
  CAST(json_row(o.id, o.document_id, o.customer_id, o.number, o.kind, o.issued_on, o.due_on, o.currency, o.amount_minor,
    o.open_minor) AS TEXT)
FROM opened o
UNION ALL
SELECT 'message', m.id,
  CAST(json_row(m.customer_id, m.handed_over_at, m.handing_at, m.claimed_at, m.channel, m.run_key, m.step_key, m.kind,
    m.recipient_email) AS TEXT)
FROM contact_outbox_message m
WHERE m.company_id = %(company)s AND m.customer_id = %(customer)s AND m.created_at >= %(since)s AND m.state IN ({left})
  AND m.kind NOT IN ({in_answer})
UNION ALL
SELECT 'message', m.id,
  CAST(json_row(m.customer_id, m.handed_over_at, m.handing_at, m.claimed_at, m.channel, m.run_key, m.step_key, m.kind,
    m.recipient_email) AS TEXT)
FROM contact_outbox_message m
WHERE m.company_id = %(company)s AND m.customer_id <> %(customer)s AND m.created_at >= %(since)s AND m.state IN ({left})
  AND m.kind NOT IN ({in_answer}) AND {address} IN (SELECT address FROM addresses)
UNION ALL
SELECT 'event', e.id, CAST(json_row(e.customer_id, e.at, e.id, e.kind, e.code) AS TEXT)
FROM contact_timeline_event e
WHERE e.company_id = %(company)s AND e.customer_id = %(customer)s AND e.at >= %(since)s AND e.at <= %(at)s AND e.kind IN ({said})
UNION ALL
SELECT 'task', t.id, CAST(json_row(t.customer_id, t.kind) AS TEXT)
FROM contact_task t
WHERE t.company_id = %(company)s AND t.customer_id = %(customer)s AND t.done_at IS NULL AND t.kind IN ({tasks})
UNION ALL
SELECT 'withdrawn', f.id, CAST(json_row(f.customer_id, f.sha256) AS TEXT)
FROM ledger_document_file f JOIN ledger_file_withdrawal w ON w.file_id = f.id
WHERE f.company_id = %(company)s AND f.customer_id = %(customer)s AND NOT EXISTS (
  SELECT 1 FROM ledger_document_file g
  WHERE g.company_id = f.company_id AND g.customer_id = f.customer_id AND g.sha256 = f.sha256
    AND NOT EXISTS (SELECT 1 FROM ledger_file_withdrawal v WHERE v.file_id = g.id))
UNION ALL
SELECT 'fact', p.id, CAST(json_row(p.subject, p.kind, p.value, p.as_of, p.source_version, p.recorded_at) AS TEXT)
FROM ledger_fact p
WHERE p.company_id = %(company)s AND (p.valid_until IS NULL OR p.valid_until >= %(as_of)s)
  AND p.subject = 'company:' || CAST(%(company)s AS TEXT) AND p.kind IN ({imports}) AND p.value = 1
UNION ALL
SELECT 'fact', p.id, CAST(json_row(p.subject, p.kind, p.value, p.as_of, p.source_version, p.recorded_at) AS TEXT)
FROM ledger_fact p
WHERE p.company_id = %(company)s AND (p.valid_until IS NULL OR p.valid_until >= %(as_of)s) AND p.as_of <= %(as_of)s
  AND p.kind IN ({cover}) AND p.subject IN (
    SELECT 'customer:' || CAST(%(customer)s AS TEXT) UNION ALL SELECT 'due_item:' || CAST(o.id AS TEXT) FROM opened o)
