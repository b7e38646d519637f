-- Invariants of the ledger on SQLite. Statements are parted by lines that hold only "--;".
CREATE TRIGGER ledger_allocation_right AFTER INSERT ON ledger_allocation
BEGIN
  SELECT RAISE(ABORT, 'fairdue: allocation exceeds the due item')
  WHERE NEW.due_item_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM ledger_due_item i
    WHERE i.id = NEW.due_item_id
      AND (i.amount_minor < 0 OR
        (SELECT COALESCE(SUM(a.amount_minor), 0) FROM ledger_allocation a WHERE a.due_item_id = i.id)
          NOT BETWEEN 0 AND i.amount_minor));
  SELECT RAISE(ABORT, 'fairdue: allocation exceeds the charge')
  WHERE NEW.charge_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM ledger_charge c
    WHERE c.id = NEW.charge_id
      AND (SELECT COALESCE(SUM(a.amount_minor), 0) FROM ledger_allocation a WHERE a.charge_id = c.id)
          NOT BETWEEN 0 AND c.amount_minor);
  SELECT RAISE(ABORT, 'fairdue: allocation exceeds the payment')
  WHERE NEW.payment_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM ledger_payment p
    WHERE p.id = NEW.payment_id
      AND (SELECT COALESCE(SUM(a.amount_minor), 0) FROM ledger_allocation a WHERE a.payment_id = p.id)
          NOT BETWEEN 0 AND p.amount_minor);
  SELECT RAISE(ABORT, 'fairdue: allocation exceeds the credit note')
  WHERE NEW.credit_item_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM ledger_due_item i
    WHERE i.id = NEW.credit_item_id
      AND (i.amount_minor > 0 OR
        (SELECT COALESCE(SUM(a.amount_minor), 0) FROM ledger_allocation a WHERE a.credit_item_id = i.id)
          NOT BETWEEN 0 AND -i.amount_minor));
  SELECT RAISE(ABORT, 'fairdue: allocation crosses companies or currencies')
  WHERE EXISTS (SELECT 1 FROM ledger_due_item i WHERE i.id IN (NEW.due_item_id, NEW.credit_item_id)
                AND (i.company_id <> NEW.company_id OR i.currency <> NEW.currency))
     OR EXISTS (SELECT 1 FROM ledger_charge c WHERE c.id = NEW.charge_id
                AND (c.company_id <> NEW.company_id OR c.currency <> NEW.currency))
     OR EXISTS (SELECT 1 FROM ledger_payment p WHERE p.id = NEW.payment_id
                AND (p.company_id <> NEW.company_id OR p.currency <> NEW.currency));
  SELECT RAISE(ABORT, 'fairdue: a reversal must repeat its original with the sign turned')
  WHERE NEW.reverses_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM ledger_allocation o
    WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL AND o.amount_minor = -NEW.amount_minor
      AND o.kind = NEW.kind AND o.company_id = NEW.company_id
      AND o.due_item_id IS NEW.due_item_id AND o.charge_id IS NEW.charge_id
      AND o.payment_id IS NEW.payment_id AND o.credit_item_id IS NEW.credit_item_id);
END
--;
CREATE TRIGGER ledger_due_item_right BEFORE INSERT ON ledger_due_item
BEGIN
  SELECT RAISE(ABORT, 'fairdue: due item does not agree with its document')
  WHERE NOT EXISTS (SELECT 1 FROM ledger_document d WHERE d.id = NEW.document_id
    AND d.company_id = NEW.company_id AND d.customer_id = NEW.customer_id AND d.currency = NEW.currency
    AND (d.kind <> 'credit_note' OR NEW.amount_minor <= 0) AND (d.kind = 'credit_note' OR NEW.amount_minor >= 0));
END
