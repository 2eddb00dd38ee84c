"""Other people's data in: a source read as text, a readable mapping, the extracts of the contract.

`redcap` and `sdtm` read a source into tables of text, each row with its file and line; `mapping`
says what becomes which column; `apply` makes the extracts and refuses what it does not know;
`report` says of every field what became of it. Nothing is invented and nothing is repaired.
"""
