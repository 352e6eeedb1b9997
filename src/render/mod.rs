//! Text for a terminal: lessons, tables, formulas.
