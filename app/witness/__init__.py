"""A witness, for the auditor's office: it remembers, and signs only a log that grew out of what it remembers.

C2SP tlog-witness. It runs on a machine of the auditor's, holds one key of its own and the public keys of the logs it
watches, and needs no database and no secret of the line's. `request` what it is asked · `memory` what it saw, on its
own disk · `judgement` the rules · `door` HTTP · `office` the folder and the key.
"""
