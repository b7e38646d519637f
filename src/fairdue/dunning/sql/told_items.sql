-- told_items: For every open item, the stages whose messages named it, and what became of them.
-- 1. A notice tells each item on its lines; its state is that of its message.
-- 2. A dropped or still postponed proposal counts for its items as dropped or postponed.
-- 3. A postponed proposal whose day has come no longer counts.
-- Uses: fairdue.ledger.sql:open_items
SELECT o.due_item_id, n.stage_code, n.state, n.id AS notice_id
FROM open_items o
JOIN dunning_notice_lines l ON l.due_item_id = o.due_item_id
JOIN dunning_notices n ON n.id = l.notice_id
UNION ALL
SELECT o.due_item_id, d.stage_code, d.state, -d.id AS notice_id
FROM open_items o
JOIN dunning_decided_lines l ON l.due_item_id = o.due_item_id
JOIN dunning_decided d ON d.id = l.proposal_id
WHERE d.state = 'dropped' OR (d.state = 'postponed' AND d.postponed_until > CAST($as_of AS DATE))
ORDER BY due_item_id, notice_id
