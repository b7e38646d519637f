-- data_gaps: What each customer lacks before a letter can reach it, one row for each customer and gap.
-- 1. Only active contacts of the purposes that the policy writes to stand in data_contacts.
-- 2. contact_missing: the customer has none of them.
-- 3. email_missing: it has some, and none has an e-mail address.
-- 4. email_unusable: it has addresses, and none of them can be used (usable = 1: well formed, not bounced, not opted out).
-- 5. address_missing: street or town is empty, so that no letter can be posted.
-- 6. country_missing: the country is empty.
-- 7. language_missing: neither the customer nor any of these contacts has a language.
-- 8. terms_missing: an open invoice has no payment terms, and the customer accepted none.
-- 9. registration_missing: the registration number is empty; the notices name it. A known natural person needs none.
-- 10. credit_unapplied: the customer has credit notes or money that are not applied. Money of an unknown payer is customer 0.
-- Tables: data_customers (customer_id, addressed, country, language, terms, registered), data_contacts (customer_id, email, usable, language), data_money (customer_id, currency, open_minor, overdue_minor, unapplied_minor, no_terms_minor)
WITH reached AS (
  SELECT
    customer_id, MAX(email) AS email, MAX(usable) AS usable, MAX(language) AS language
  FROM data_contacts
  GROUP BY customer_id
),
owed AS (
  SELECT customer_id, MAX(no_terms_minor) AS no_terms_minor, MAX(unapplied_minor) AS unapplied_minor
  FROM data_money
  GROUP BY customer_id
),
facts AS (
  SELECT
    c.customer_id, c.addressed, c.country, c.language, c.terms, c.registered,
    CASE WHEN r.customer_id IS NULL THEN 0 ELSE 1 END AS contacts,
    COALESCE(r.email, 0) AS email,
    COALESCE(r.usable, 0) AS usable,
    COALESCE(r.language, 0) AS contact_language,
    COALESCE(o.no_terms_minor, 0) AS no_terms_minor
  FROM data_customers c
  LEFT JOIN reached r ON r.customer_id = c.customer_id
  LEFT JOIN owed o ON o.customer_id = c.customer_id
),
gaps AS (
  SELECT 'contact_missing' AS gap, customer_id FROM facts WHERE contacts = 0
  UNION ALL
  SELECT 'email_missing', customer_id FROM facts WHERE contacts = 1 AND email = 0
  UNION ALL
  SELECT 'email_unusable', customer_id FROM facts WHERE email = 1 AND usable = 0
  UNION ALL
  SELECT 'address_missing', customer_id FROM facts WHERE addressed = 0
  UNION ALL
  SELECT 'country_missing', customer_id FROM facts WHERE country = 0
  UNION ALL
  SELECT 'language_missing', customer_id FROM facts WHERE language = 0 AND contact_language = 0
  UNION ALL
  SELECT 'terms_missing', customer_id FROM facts WHERE no_terms_minor > 0 AND terms = 0
  UNION ALL
  SELECT 'registration_missing', customer_id FROM facts WHERE registered = 0
  UNION ALL
  SELECT 'credit_unapplied', customer_id FROM owed WHERE unapplied_minor > 0
)
SELECT gap, customer_id
FROM gaps
ORDER BY gap, customer_id
