"""A sandbox whose state outlives its process."""

from pathlib import Path

from sandbox.kept.keeper import Keeper
from sandbox.kept.parts import OWN, Part, of_the_sandbox
from sandbox.sagemaker.revival import Revival
from sandbox.stepfunctions.install import resume


class Lasting:
    """Keeps the state in `directory`/state, and brings back what is there."""

    def __init__(self, directory: Path, sagemaker: Revival) -> None:
        self._sagemaker = sagemaker
        part = Part(f"{OWN}:sagemaker", "moto.sagemaker", sagemaker.read, sagemaker.write)
        self._keeper = Keeper(directory / "state", of_the_sandbox(part))
        self._found = False

    def restore(self) -> None:
        """Before the first request: put the state back, let endpoints serve, and keep what changes from now on."""
        self._found = self._keeper.restore()
        self._sagemaker.bring_up()
        self._keeper.start()

    def resume(self) -> None:
        """Once the sandbox answers: go on with what was under way."""
        if self._found:
            self._sagemaker.resume()
            resume()

    def stop(self) -> None:
        """Keep no more."""
        self._keeper.stop()
