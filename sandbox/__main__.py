"""`python -m sandbox up` serves AWS on loopback; `python -m sandbox image` says what runs as a model's image."""

import argparse
import json
from pathlib import Path

from sandbox.server import Options, up


def main(argv: list[str] | None = None) -> None:
    """Read the command line and do as it says."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    if arguments.command == "image":
        register_image(arguments.dir, arguments.uri, arguments.argv)
        return
    if arguments.keep and not arguments.dir:
        parser.error("--keep needs --dir DIR: where the state is kept")
    up(
        Options(
            port=arguments.port,
            directory=arguments.dir,
            ready_file=arguments.ready_file,
            images=arguments.images,
            with_parent=arguments.with_parent,
            keep=arguments.keep,
        )
    )


def register_image(directory: Path, uri: str, argv: list[str]) -> None:
    """Let image `uri` stand for the command line `argv`, in the images.json of the sandbox's directory."""
    path = directory / "images.json"
    images = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(images | {uri: argv}, indent=2) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="AWS on loopback.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("up", help="serve until interrupted")
    serve.add_argument("--port", type=int, default=0, help="0 takes a free one")
    serve.add_argument("--ready-file", type=Path, help="written (JSON: url, pid, directory) when it answers")
    serve.add_argument("--dir", type=Path, help="working directory; without it a temporary one")
    serve.add_argument("--images", type=Path, help="JSON: image URI to command line, copied to the directory")
    serve.add_argument("--with-parent", action="store_true", help="stop when the parent process ends")
    serve.add_argument("--keep", action="store_true", help="keep the state in --dir, and bring back what is there")
    image = commands.add_parser("image", help="register the command line that runs as a model's image")
    image.add_argument("--dir", type=Path, required=True, help="the sandbox's directory")
    image.add_argument("uri")
    image.add_argument("argv", nargs="+")
    return parser


if __name__ == "__main__":
    main()
