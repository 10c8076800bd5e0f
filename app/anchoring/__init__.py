"""What the city's own administrators cannot take back: somebody outside signed the log as it stood.

`witnessing` asks a witness (`app/witness/`, or any other that speaks C2SP tlog-witness), `stamping` a time stamping
authority (RFC 3161), `refusals` is what happens when one says no. All of them read, then ask outside any transaction,
then write. Nothing here signs the log, and nothing waits for an anchor.
"""
