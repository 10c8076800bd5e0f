"""How the line does, in figures that cannot give a person away.

`months` calendar months and spans of them (pure) · `tables` which tables there are (fixed) · `counting` the cases of a
month, grouped by the database · `counted` each month once · `screened` (pure) and `sealed` what nobody can count
without a key · `suppression` what a table may show (pure, and proved in docs/statistics.md) · `models` the facts ·
`publishing` each table once, and corrections · `figures` what follows from published tables (pure) · `reading` a
period · `staffing` pages and nights, for whoever plans the roster · `sheets` CSV and JSON.

A figure that is shown anywhere is worked out from published cells, never from cases: so there is one place to attack.
"""
