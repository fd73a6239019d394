"""A rollout as one self-contained HTML page: entries become chart geometry, geometry becomes SVG in a template."""
