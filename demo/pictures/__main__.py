"""`python -m demo.pictures [FOLDER]`: draw the pictures of docs/patterns, into docs/pictures unless told where."""

import sys
from pathlib import Path

from demo.pictures.draw import PICTURES
from demo.pictures.page import DOCS


def main(folder: Path) -> None:
    """Draw all of them."""
    for name, draw in PICTURES.items():
        (folder / f"{name}.svg").write_text(draw(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS / "pictures")
