"""What other readers promise of a feed, kept by our whole pipeline: `sources.feed` → `Entry` → `ingest` → `Item`, `Body`.

feedparser's own `Expect:` cases, the fixtures of gofeed, newsboat and lemon24, the reducer's equality with the whole
parse over every document at hand, series of successive polls, and every hostile document beside its manifest's row.
Where we differ on purpose, docs/conformance.md says why; a difference that is not listed there fails, and so does one
that is listed and no longer there.
"""
