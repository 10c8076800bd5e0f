"""What the law wants of the house within a time: answers to requests, and reports of incidents.

`clocks` (pure) when each thing is due and which is late · `requests` a person's own data, and what the police may ask
for (lag 2025:170 4 §) · `incidents` what happened, and who was told when · `models` the rows · `alarm` the coordinator
hears of what is late.

Nothing here names anybody outside: no requester, no person, no case number of another house.
"""
