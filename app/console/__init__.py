"""What staff see: a small web console for one hand at three in the morning.

`doors` decides who comes in, `sight` which case they may see, `paper` what every page is written on. Each
page is a module: `board`, `case` (what is done to it in `deeds`, and its secrets in `reveal`), `roster`,
`log`, `session`. The sentences stand in `languages/`.
"""
