"""The promise: who is told, when, and again, until somebody has been in contact.

The only room that knows cases, the roster and notifications. `policy.py` judges (pure), `engine.py`
plays the rounds, `targets.py` finds the people, `replies.py` takes what they answer.
"""
