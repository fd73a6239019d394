"""The pure core: data and decisions, standard library only, the clock passed in."""
