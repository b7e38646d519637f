"""How codes, figures, days and reasons read in a person's language. Used by every entrance."""
