"""Ask from a browser: pages and an API over the functions of `stargauge.api`, served on this machine.

`asked` is one question with all that makes its answer the same again; `pages/` write the answer as a page; `desk` has worker processes do
it and keeps what they made; `app` is the door: routes, safety, health. Nothing here computes; every number comes from `stargauge.api`.
"""
