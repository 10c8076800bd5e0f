"""One person's request for help: a case, what is known about it, and the promise to make contact."""
