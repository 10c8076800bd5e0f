"""The phone company at arm's length.

`carrier` is what the rest of the house knows of it · `twilio` is the one we use · `signature` tells its
requests from forgeries · `numbers` tells telephone numbers from what only looks like them · `twiml` writes
what a caller hears next.
"""
