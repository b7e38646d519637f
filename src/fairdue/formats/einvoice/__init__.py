"""E-invoices: UBL and CII under EN 16931, Factur-X and ZUGFeRD, FatturaPA, Chinese digital invoices. See docs/algorithms/e-invoices.md."""
