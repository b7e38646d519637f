-- credit_statements_read: The annual statements of each customer that indicators read: the newest, the year before, the year before that.
-- 1. A statement is annual where it covers 10 to 18 months. It is read where it was known and its period had ended by as_of.
-- 2. Of several of one period and kind (the customer's own, its group's) the one known last is read, as a whole: a restatement.
-- 3. The newest is the one whose period ends last, the customer's own before its group's; years_back is 0. A customer whose
--    newest is 18 months old or older has none.
-- 4. The year before (years_back 1) is of the same kind and currency and its period ends 335 to 396 days earlier, the latest
--    of these; and so the year before that (years_back 2).
-- 5. Amounts are minor units of the statement's currency. Those of a period (income, cash flow) are times 12 over the months
--    of the period, rounded half away from zero. Several lines of one code add up.
-- 6. What a statement does not tell is NULL. Lines that a statement only has where there is something are 0 where it tells
--    their neighbours: securities, prepayments and inventory where it tells cash and trade receivables; intangibles,
--    goodwill, deferred tax assets and long-term securities where it tells any non-current asset; a kind of debt where it
--    tells another; bills where it tells the trade line; other lines named none in data/statement_lines.csv always.
-- 7. Totals that are not told are made of the others: assets, liabilities, equity; EBIT of profit before tax and interest,
--    and the reverse; tax of profit before tax and net income.
-- 8. unit_minor is how many minor units a whole unit of the statement's currency has.
WITH known AS (
  SELECT
    id, customer_id, period_end, months, currency, CASE WHEN consolidated THEN 1 ELSE 0 END AS of_group,
    ROW_NUMBER() OVER (PARTITION BY customer_id, consolidated, period_end ORDER BY known_on DESC, id DESC) AS version
  FROM credit_statements
  WHERE known_on <= CAST($as_of AS DATE) AND period_end <= CAST($as_of AS DATE) AND months >= 10 AND months <= 18
),
placed AS (
  SELECT
    id, customer_id, period_end, months, currency, of_group,
    ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY period_end DESC, of_group, id) AS place
  FROM known
  WHERE version = 1
),
newest AS (
  SELECT id, customer_id, period_end, months, currency, of_group
  FROM placed
  WHERE place = 1 AND period_end + INTERVAL 18 MONTH > CAST($as_of AS DATE)
),
year_before AS (
  SELECT
    p.id, p.customer_id, p.period_end, p.months, p.currency, p.of_group,
    ROW_NUMBER() OVER (PARTITION BY p.customer_id ORDER BY p.period_end DESC, p.id) AS place
  FROM newest n
  JOIN placed p ON p.customer_id = n.customer_id AND p.of_group = n.of_group AND p.currency = n.currency
    AND DATE_DIFF('day', p.period_end, n.period_end) >= 335 AND DATE_DIFF('day', p.period_end, n.period_end) <= 396
),
earlier AS (
  SELECT
    p.id, p.customer_id, p.period_end, p.months, p.currency,
    ROW_NUMBER() OVER (PARTITION BY p.customer_id ORDER BY p.period_end DESC, p.id) AS place
  FROM year_before b
  JOIN placed p ON p.customer_id = b.customer_id AND p.of_group = b.of_group AND p.currency = b.currency
    AND DATE_DIFF('day', p.period_end, b.period_end) >= 335 AND DATE_DIFF('day', p.period_end, b.period_end) <= 396
  WHERE b.place = 1
),
chosen AS (
  SELECT id, customer_id, period_end, months, currency, CAST(0 AS BIGINT) AS years_back FROM newest
  UNION ALL
  SELECT id, customer_id, period_end, months, currency, CAST(1 AS BIGINT) AS years_back FROM year_before WHERE place = 1
  UNION ALL
  SELECT id, customer_id, period_end, months, currency, CAST(2 AS BIGINT) AS years_back FROM earlier WHERE place = 1
),
amounts AS (
  SELECT
    c.id, l.code,
    CASE WHEN c.months <> 12 AND l.code IN (
      'sales', 'cost_of_sales', 'business_taxes', 'selling_administrative', 'research_expense', 'interest_expense', 'ebit',
      'profit_before_tax', 'income_tax', 'net_income', 'depreciation', 'amortisation', 'operating_cash_flow',
      'capital_expenditure', 'maintenance_expenditure')
      THEN CAST(ROUND(CAST(l.amount_minor AS DOUBLE) * 12 / c.months) AS BIGINT) ELSE l.amount_minor END AS amount
  FROM chosen c
  JOIN credit_statement_lines l ON l.statement_id = c.id
),
told AS (
  SELECT
    id,
    SUM(CASE WHEN code = 'cash' THEN amount END) AS cash,
    SUM(CASE WHEN code = 'restricted_cash' THEN amount END) AS restricted_cash,
    SUM(CASE WHEN code = 'short_term_securities' THEN amount END) AS short_term_securities,
    SUM(CASE WHEN code = 'trade_receivables' THEN amount END) AS trade_receivables,
    SUM(CASE WHEN code IN ('notes_receivable', 'receivables_financing') THEN amount ELSE 0 END) AS bills_receivable,
    SUM(CASE WHEN code = 'prepayments' THEN amount END) AS prepayments,
    SUM(CASE WHEN code = 'inventory' THEN amount END) AS inventory,
    SUM(CASE WHEN code = 'current_assets' THEN amount END) AS current_assets,
    SUM(CASE WHEN code = 'long_term_securities' THEN amount END) AS long_term_securities,
    SUM(CASE WHEN code = 'fixed_assets' THEN amount END) AS fixed_assets,
    SUM(CASE WHEN code IN ('intangibles', 'goodwill', 'deferred_tax_assets') THEN amount END) AS soft_assets,
    SUM(CASE WHEN code = 'total_assets' THEN amount END) AS total_assets,
    SUM(CASE WHEN code IN ('short_term_borrowings', 'current_long_term_debt') THEN amount END) AS short_debt,
    SUM(CASE WHEN code = 'current_long_term_debt' THEN amount END) AS current_long_term_debt,
    SUM(CASE WHEN code IN ('long_term_borrowings', 'bonds', 'lease_liabilities') THEN amount END) AS long_debt,
    SUM(CASE WHEN code = 'trade_payables' THEN amount END) AS trade_payables,
    SUM(CASE WHEN code = 'notes_payable' THEN amount ELSE 0 END) AS notes_payable,
    SUM(CASE WHEN code = 'current_liabilities' THEN amount END) AS current_liabilities,
    SUM(CASE WHEN code = 'total_liabilities' THEN amount END) AS total_liabilities,
    SUM(CASE WHEN code = 'paid_in_capital' THEN amount END) AS paid_in_capital,
    SUM(CASE WHEN code = 'retained_earnings' THEN amount END) AS retained_earnings,
    SUM(CASE WHEN code = 'total_equity' THEN amount END) AS total_equity,
    SUM(CASE WHEN code = 'sales' THEN amount END) AS sales,
    SUM(CASE WHEN code = 'cost_of_sales' THEN amount END) AS cost_of_sales,
    SUM(CASE WHEN code = 'selling_administrative' THEN amount END) AS selling_administrative,
    SUM(CASE WHEN code IN ('business_taxes', 'research_expense') THEN amount ELSE 0 END) AS other_expense,
    SUM(CASE WHEN code = 'interest_expense' THEN amount END) AS interest_expense,
    SUM(CASE WHEN code = 'ebit' THEN amount END) AS ebit,
    SUM(CASE WHEN code = 'profit_before_tax' THEN amount END) AS profit_before_tax,
    SUM(CASE WHEN code = 'income_tax' THEN amount END) AS income_tax,
    SUM(CASE WHEN code = 'net_income' THEN amount END) AS net_income,
    SUM(CASE WHEN code = 'depreciation' THEN amount END) AS depreciation,
    SUM(CASE WHEN code IN ('depreciation', 'amortisation') THEN amount END) AS written_down,
    SUM(CASE WHEN code = 'operating_cash_flow' THEN amount END) AS operating_cash_flow,
    SUM(CASE WHEN code = 'capital_expenditure' THEN amount END) AS capital_expenditure,
    SUM(CASE WHEN code = 'maintenance_expenditure' THEN amount END) AS maintenance_expenditure,
    SUM(CASE WHEN code = 'guarantees_given' THEN amount END) AS guarantees_given,
    SUM(CASE WHEN code = 'undrawn_lines' THEN amount ELSE 0 END) AS undrawn_lines,
    SUM(CASE WHEN code = 'debt_due_within_year' THEN amount END) AS debt_due_within_year
  FROM amounts
  GROUP BY id
),
whole AS (
  SELECT
    id, cash, cash - COALESCE(restricted_cash, 0) AS free_cash,
    COALESCE(short_term_securities, CASE WHEN cash + trade_receivables IS NOT NULL THEN 0 END) AS short_term_securities,
    trade_receivables + bills_receivable AS receivables,
    COALESCE(prepayments, CASE WHEN cash + trade_receivables IS NOT NULL THEN 0 END) AS prepayments,
    COALESCE(inventory, CASE WHEN cash + trade_receivables IS NOT NULL THEN 0 END) AS inventory,
    current_assets, fixed_assets,
    COALESCE(long_term_securities, CASE WHEN COALESCE(fixed_assets, soft_assets) IS NOT NULL THEN 0 END) AS long_term_securities,
    COALESCE(soft_assets, CASE WHEN COALESCE(fixed_assets, long_term_securities) IS NOT NULL THEN 0 END) AS soft_assets,
    COALESCE(total_assets, total_liabilities + total_equity) AS total_assets,
    COALESCE(total_liabilities, total_assets - total_equity) AS total_liabilities,
    COALESCE(total_equity, total_assets - total_liabilities) AS total_equity,
    COALESCE(short_debt, CASE WHEN long_debt IS NOT NULL THEN 0 END) AS short_debt,
    COALESCE(current_long_term_debt, CASE WHEN COALESCE(short_debt, long_debt) IS NOT NULL THEN 0 END) AS current_long_term_debt,
    COALESCE(long_debt, CASE WHEN short_debt IS NOT NULL THEN 0 END) AS long_debt,
    trade_payables + notes_payable AS payables,
    current_liabilities, paid_in_capital, retained_earnings, sales, cost_of_sales, selling_administrative,
    selling_administrative + other_expense AS operating_expense, interest_expense,
    COALESCE(ebit, profit_before_tax + interest_expense) AS ebit,
    COALESCE(profit_before_tax, ebit - interest_expense, net_income + income_tax) AS profit_before_tax,
    COALESCE(income_tax, profit_before_tax - net_income) AS income_tax,
    net_income, depreciation, written_down, operating_cash_flow, capital_expenditure,
    COALESCE(maintenance_expenditure, CASE WHEN capital_expenditure < written_down THEN capital_expenditure
      WHEN capital_expenditure >= written_down THEN written_down END) AS maintenance_expenditure,
    guarantees_given, undrawn_lines, debt_due_within_year
  FROM told
)
SELECT
  c.customer_id, c.years_back, c.id AS statement_id, c.period_end, c.months, c.currency,
  CAST(CASE
    WHEN c.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 1000
    WHEN c.currency IN (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF',
      'XPF') THEN 1
    ELSE 100 END AS BIGINT) AS unit_minor,
  CAST(w.cash AS BIGINT) AS cash,
  CAST(w.free_cash AS BIGINT) AS free_cash,
  CAST(w.short_term_securities AS BIGINT) AS short_term_securities,
  CAST(w.receivables AS BIGINT) AS receivables,
  CAST(w.inventory AS BIGINT) AS inventory,
  CAST(w.current_assets AS BIGINT) AS current_assets,
  CAST(w.current_assets - w.inventory - w.prepayments AS BIGINT) AS quick_assets,
  CAST(w.long_term_securities AS BIGINT) AS long_term_securities,
  CAST(w.fixed_assets AS BIGINT) AS fixed_assets,
  CAST(w.soft_assets AS BIGINT) AS soft_assets,
  CAST(w.total_assets AS BIGINT) AS total_assets,
  CAST(w.short_debt AS BIGINT) AS short_debt,
  CAST(w.current_long_term_debt AS BIGINT) AS current_long_term_debt,
  CAST(w.long_debt AS BIGINT) AS long_debt,
  CAST(w.short_debt + w.long_debt AS BIGINT) AS debt,
  CAST(w.payables AS BIGINT) AS payables,
  CAST(w.current_liabilities AS BIGINT) AS current_liabilities,
  CAST(w.current_assets - w.current_liabilities AS BIGINT) AS working_capital,
  CAST(w.total_liabilities AS BIGINT) AS total_liabilities,
  CAST(w.paid_in_capital AS BIGINT) AS paid_in_capital,
  CAST(w.retained_earnings AS BIGINT) AS retained_earnings,
  CAST(w.total_equity AS BIGINT) AS total_equity,
  CAST(w.sales AS BIGINT) AS sales,
  CAST(w.cost_of_sales AS BIGINT) AS cost_of_sales,
  CAST(w.selling_administrative AS BIGINT) AS selling_administrative,
  CAST(w.operating_expense AS BIGINT) AS operating_expense,
  CAST(w.interest_expense AS BIGINT) AS interest_expense,
  CAST(w.ebit AS BIGINT) AS ebit,
  CAST(w.ebit + w.written_down AS BIGINT) AS ebitda,
  CAST(w.profit_before_tax AS BIGINT) AS profit_before_tax,
  CAST(w.income_tax AS BIGINT) AS income_tax,
  CAST(w.net_income AS BIGINT) AS net_income,
  CAST(w.depreciation AS BIGINT) AS depreciation,
  CAST(w.written_down AS BIGINT) AS written_down,
  CAST(w.operating_cash_flow AS BIGINT) AS operating_cash_flow,
  CAST(w.capital_expenditure AS BIGINT) AS capital_expenditure,
  CAST(w.maintenance_expenditure AS BIGINT) AS maintenance_expenditure,
  CAST(w.guarantees_given AS BIGINT) AS guarantees_given,
  CAST(w.undrawn_lines AS BIGINT) AS undrawn_lines,
  CAST(w.debt_due_within_year AS BIGINT) AS debt_due_within_year
FROM chosen c
JOIN whole w ON w.id = c.id
ORDER BY customer_id, years_back
