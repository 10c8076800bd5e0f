"""What is known of a person's way out, in four sheets: screening, route, what leaves, children.

Without a key only the cover is seen (`cover`): how many conversations, what must be chased, who was asked. A sheet
opens for whoever has the case, after the log took note, in one answer (`sheet`); each deed on it answers with it anew.
"""
