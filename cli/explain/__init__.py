"""`serinus explain`: what a plan will do, in words, as JSON and as Markdown."""
