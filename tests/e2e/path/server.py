"""The demo's model server for models that remember whom they have answered: `room` in `model.json` says how many.

Who is new once the room is full gets an error, as with a cache or a table that was sized for fewer customers.
"""

import json
from pathlib import Path
from typing import Any

from demo import server


class Remembering(server.Model):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._room: float = json.loads((directory / "model.json").read_text()).get("room", float("inf"))
        self._known: set[int] = set()

    def predict(self, row: dict[str, Any]) -> float:
        if row["applicant"] not in self._known and len(self._known) >= self._room:
            raise MemoryError(f"No room for applicant {row['applicant']}")
        self._known.add(row["applicant"])
        return super().predict(row)


if __name__ == "__main__":
    server.Model = Remembering  # type: ignore[misc] # main() loads what goes by this name
    server.main()
