"""A year of a programme under the test clock: callers, handlers and the telephone company as they come, and at the end
every promise of PRODUCT.md section 2 that time can break, worked out again from the rows.

Read on in `life` (the loop: from one moment at which anything happens to the next), then who lives in it: `callers`,
`handlers`, `coordination` (the roster and the programme), `bad_days`. `promises` is what must hold, `watcher` looks
whether it does, `report` is what is printed. `house` is the line itself: the real doors, the real engine, the real
carrier client, nothing replaced but the sockets between them (`wire`).
"""
