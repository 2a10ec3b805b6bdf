"""How well watchlists sort: precision and recall against labelled items, per topic and per trap."""
