"""The routine as data: `programme.toml`, read with every mistake named, and brought into the database.

`schema` is the file's shape, `apply` compares it with what is in force and writes the difference,
`example.toml` is the file that the demo and a new city start from.
"""
