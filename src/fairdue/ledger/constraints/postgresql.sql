-- Invariants of the ledger on PostgreSQL. Statements are parted by lines that hold only "--;".
-- The sums are checked per statement, over the rows it brought (COPY included). The touched items are locked in order
-- of their ids, so that two transactions that would over-allocate together wait for each other and the second fails.
-- Every look-up is by key: lateral with a limit, sequential and bitmap scans off. Under row-level security the planner takes the wall
-- for far more selective than it is and would walk whole tables once a row (docs/decisions/0004-guards-under-the-wall.md).
-- What the session may not see is refused like what is not there.
CREATE FUNCTION fairdue_allocation_right() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
  PERFORM 1 FROM (SELECT DISTINCT u.id
    FROM (SELECT due_item_id AS id FROM added UNION ALL SELECT credit_item_id FROM added) u WHERE u.id IS NOT NULL ORDER BY 1) t
    CROSS JOIN LATERAL (SELECT 1 FROM ledger_due_item WHERE id = t.id FOR NO KEY UPDATE) l;
  PERFORM 1 FROM (SELECT DISTINCT charge_id AS id FROM added WHERE charge_id IS NOT NULL ORDER BY 1) t
    CROSS JOIN LATERAL (SELECT 1 FROM ledger_charge WHERE id = t.id FOR NO KEY UPDATE) l;
  PERFORM 1 FROM (SELECT DISTINCT payment_id AS id FROM added WHERE payment_id IS NOT NULL ORDER BY 1) t
    CROSS JOIN LATERAL (SELECT 1 FROM ledger_payment WHERE id = t.id FOR NO KEY UPDATE) l;
  IF EXISTS (SELECT 1 FROM added n
             LEFT JOIN LATERAL (SELECT company_id, currency FROM ledger_due_item WHERE id = n.due_item_id LIMIT 1) d ON true
             LEFT JOIN LATERAL (SELECT company_id, currency FROM ledger_due_item WHERE id = n.credit_item_id LIMIT 1) k ON true
             LEFT JOIN LATERAL (SELECT company_id, currency FROM ledger_charge WHERE id = n.charge_id LIMIT 1) c ON true
             LEFT JOIN LATERAL (SELECT company_id, currency FROM ledger_payment WHERE id = n.payment_id LIMIT 1) p ON true
             WHERE (n.due_item_id IS NOT NULL AND (d.company_id, d.currency) IS DISTINCT FROM (n.company_id, n.currency))
                OR (n.credit_item_id IS NOT NULL AND (k.company_id, k.currency) IS DISTINCT FROM (n.company_id, n.currency))
                OR (n.charge_id IS NOT NULL AND (c.company_id, c.currency) IS DISTINCT FROM (n.company_id, n.currency))
                OR (n.payment_id IS NOT NULL AND (p.company_id, p.currency) IS DISTINCT FROM (n.company_id, n.currency))) THEN
    RAISE EXCEPTION 'fairdue: allocation crosses companies or currencies' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT due_item_id AS id FROM added WHERE due_item_id IS NOT NULL) t
             LEFT JOIN LATERAL (SELECT amount_minor FROM ledger_due_item WHERE id = t.id LIMIT 1) i ON true
             LEFT JOIN LATERAL (SELECT SUM(amount_minor) AS used FROM ledger_allocation WHERE due_item_id = t.id) a ON true
             WHERE i.amount_minor < 0 OR a.used NOT BETWEEN 0 AND i.amount_minor) THEN
    RAISE EXCEPTION 'fairdue: allocation exceeds the due item' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT charge_id AS id FROM added WHERE charge_id IS NOT NULL) t
             LEFT JOIN LATERAL (SELECT amount_minor FROM ledger_charge WHERE id = t.id LIMIT 1) i ON true
             LEFT JOIN LATERAL (SELECT SUM(amount_minor) AS used FROM ledger_allocation WHERE charge_id = t.id) a ON true
             WHERE a.used NOT BETWEEN 0 AND i.amount_minor) THEN
    RAISE EXCEPTION 'fairdue: allocation exceeds the charge' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT payment_id AS id FROM added WHERE payment_id IS NOT NULL) t
             LEFT JOIN LATERAL (SELECT amount_minor FROM ledger_payment WHERE id = t.id LIMIT 1) i ON true
             LEFT JOIN LATERAL (SELECT SUM(amount_minor) AS used FROM ledger_allocation WHERE payment_id = t.id) a ON true
             WHERE a.used NOT BETWEEN 0 AND i.amount_minor) THEN
    RAISE EXCEPTION 'fairdue: allocation exceeds the payment' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM (SELECT DISTINCT credit_item_id AS id FROM added WHERE credit_item_id IS NOT NULL) t
             LEFT JOIN LATERAL (SELECT amount_minor FROM ledger_due_item WHERE id = t.id LIMIT 1) i ON true
             LEFT JOIN LATERAL (SELECT SUM(amount_minor) AS used FROM ledger_allocation WHERE credit_item_id = t.id) a ON true
             WHERE i.amount_minor > 0 OR a.used NOT BETWEEN 0 AND -i.amount_minor) THEN
    RAISE EXCEPTION 'fairdue: allocation exceeds the credit note' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM added n
             LEFT JOIN LATERAL (SELECT * FROM ledger_allocation WHERE id = n.reverses_id LIMIT 1) o ON true
             WHERE n.reverses_id IS NOT NULL AND (o.id IS NULL OR o.reverses_id IS NOT NULL
               OR o.amount_minor <> -n.amount_minor OR o.kind <> n.kind OR o.company_id <> n.company_id
               OR o.due_item_id IS DISTINCT FROM n.due_item_id OR o.charge_id IS DISTINCT FROM n.charge_id
               OR o.payment_id IS DISTINCT FROM n.payment_id OR o.credit_item_id IS DISTINCT FROM n.credit_item_id)) THEN
    RAISE EXCEPTION 'fairdue: a reversal must repeat its original with the sign turned' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER ledger_allocation_right AFTER INSERT ON ledger_allocation
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fairdue_allocation_right()
--;
CREATE FUNCTION fairdue_due_item_right() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added n
             LEFT JOIN LATERAL (SELECT * FROM ledger_document WHERE id = n.document_id LIMIT 1) d ON true
             WHERE d.id IS NULL OR d.company_id <> n.company_id OR d.customer_id <> n.customer_id OR d.currency <> n.currency
                OR (d.kind = 'credit_note' AND n.amount_minor > 0) OR (d.kind <> 'credit_note' AND n.amount_minor < 0)) THEN
    RAISE EXCEPTION 'fairdue: due item does not agree with its document' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
--;
CREATE TRIGGER ledger_due_item_right AFTER INSERT ON ledger_due_item
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fairdue_due_item_right()
--;
CREATE FUNCTION fairdue_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'fairdue: rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$
