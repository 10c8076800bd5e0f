"""How a person reaches us: by telephone, text message or form, through one reception."""
