"""What is known of a person's way out, in six sheets: screening, route, what leaves, children, follow-up,
and what is to be done.

Without a key only the cover is seen (`cover`): how many conversations, what must be chased, who was asked. A sheet
opens for whoever has the case, after the log took note, in one answer (`sheet`); each deed on it answers with it anew.
"""
