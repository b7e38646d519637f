-- Invariants of the ledger on PostgreSQL. Statements are parted by lines that hold only "--;".
-- The sums are checked per statement, over the rows it brought (COPY included). The touched items are locked in order
-- of their ids, so that two transactions that would over-allocate together wait for each other and the second fails.
CREATE FUNCTION fairdue_allocation_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM ledger_due_item i
    WHERE i.id IN (SELECT due_item_id FROM added UNION SELECT credit_item_id FROM added) ORDER BY i.id FOR NO KEY UPDATE;
  PERFORM 1 FROM ledger_charge c WHERE c.id IN (SELECT charge_id FROM added) ORDER BY c.id FOR NO KEY UPDATE;
  PERFORM 1 FROM ledger_payment p WHERE p.id IN (SELECT payment_id FROM added) ORDER BY p.id FOR NO KEY UPDATE;
  IF EXISTS (SELECT 1 FROM ledger_due_item i JOIN ledger_allocation a ON a.due_item_id = i.id
             WHERE i.id IN (SELECT due_item_id FROM added)
             GROUP BY i.id, i.amount_minor HAVING i.amount_minor < 0 OR SUM(a.amount_minor) NOT BETWEEN 0 AND i.amount_minor) THEN
    RAISE EXCEPTION 'fairdue: allocation exceeds the due item' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM ledger_charge c JOIN ledger_allocation a ON a.charge_id = c.id
             WHERE c.id IN (SELECT charge_id FROM added)
             GROUP BY c.id, c.amount_minor HAVING SUM(a.amount_minor) NOT BETWEEN 0 AND c.amount_minor) THEN
    RAISE EXCEPTION 'fairdue: allocation exceeds the charge' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM ledger_payment p JOIN ledger_allocation a ON a.payment_id = p.id
             WHERE p.id IN (SELECT payment_id FROM added)
             GROUP BY p.id, p.amount_minor HAVING SUM(a.amount_minor) NOT BETWEEN 0 AND p.amount_minor) THEN
    RAISE EXCEPTION 'fairdue: allocation exceeds the payment' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM ledger_due_item i JOIN ledger_allocation a ON a.credit_item_id = i.id
             WHERE i.id IN (SELECT credit_item_id FROM added)
             GROUP BY i.id, i.amount_minor HAVING i.amount_minor > 0 OR SUM(a.amount_minor) NOT BETWEEN 0 AND -i.amount_minor) THEN
    RAISE EXCEPTION 'fairdue: allocation exceeds the credit note' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM added n JOIN ledger_due_item i ON i.id = n.due_item_id OR i.id = n.credit_item_id
             WHERE i.company_id <> n.company_id OR i.currency <> n.currency)
     OR EXISTS (SELECT 1 FROM added n JOIN ledger_charge c ON c.id = n.charge_id
                WHERE c.company_id <> n.company_id OR c.currency <> n.currency)
     OR EXISTS (SELECT 1 FROM added n JOIN ledger_payment p ON p.id = n.payment_id
                WHERE p.company_id <> n.company_id OR p.currency <> n.currency) THEN
    RAISE EXCEPTION 'fairdue: allocation crosses companies or currencies' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM added n LEFT JOIN ledger_allocation o ON o.id = n.reverses_id
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
CREATE FUNCTION fairdue_due_item_right() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM added n LEFT JOIN ledger_document d ON d.id = n.document_id
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
