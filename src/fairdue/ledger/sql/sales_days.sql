-- sales_days: Credit sales per currency and day.
-- 1. The sales of a day are the amounts of the due items that take effect on it; credit notes lower them.
SELECT currency, effective_on, CAST(SUM(amount_minor) AS BIGINT) AS sales_minor
FROM due_items
GROUP BY currency, effective_on
ORDER BY currency, effective_on
