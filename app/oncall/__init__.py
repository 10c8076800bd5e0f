"""Who is on duty: the rota worked out for an instant, overrides, gaps, and the standing chain behind it all.

`roster` is pure judgement over wall-clock turns, `duty` answers from the database who is rung now,
`preflight` looks at the week ahead and says what is missing.
"""
