"""Outputs of batch transform jobs, paired by file and row.

Source: SageMaker developer guide, "Use Batch Transform": the answers to ``a.csv`` are in ``a.csv.out``, row by row.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from cli.batch_compare.places import Place
from cli.exits import Exit, RefusedError
from lambdas.rollout.shadow.answers import Output, UnreadableError
from lambdas.rollout.shadow.bodies import Body, Format, read_output
from lambdas.rollout.shadow.compare import compare
from lambdas.rollout.shadow.comparison import Comparison
from lambdas.rollout.shadow.segments import segments_of
from lambdas.rollout.shadow.summary import Paired

_SUFFIX = ".out"
_FORMATS = {".csv": Format.CSV, ".json": Format.JSON, ".jsonl": Format.LINES, ".jsonlines": Format.LINES}


def paired(stable: Place, canary: Place, asked: Place | None, terms: Comparison) -> Iterator[Paired]:
    """Compare file by file, in the order of their names; a file that one of them lacks is an error in each row."""
    names = sorted({name for each in (stable, canary) for name in each.names() if name.endswith(_SUFFIX)})
    if not names:
        fix = "name the S3OutputPath of both transform jobs"
        raise RefusedError(Exit.NOTHING, f"neither place has a file that ends in {_SUFFIX}", fix)
    for name in names:
        first, second = _output(stable, name), _output(canary, name)
        compared = compare(first, second, terms)
        request = _body(asked, name.removesuffix(_SUFFIX)) if asked else None
        yield Paired(name, first, second, compared, segments_of(request, len(compared.found), terms))


def _output(where: Place, name: str) -> Output:
    try:
        body = _body(where, name)
        return read_output(body) if body else Output(unreadable="there is no such file")
    except UnreadableError as error:
        return Output(unreadable=str(error))


def _body(where: Place, name: str) -> Body | None:
    content = where.read(name)
    if content is None:
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise UnreadableError("it is no text") from error
    return Body(text, _format(name.removesuffix(_SUFFIX), text))


def _format(name: str, text: str) -> Format:
    """Tell by its first character how a file is written, and by its name where that says more.

    A model that is asked in CSV may well answer in JSON.
    """
    if not text.lstrip().startswith(("{", "[")):
        return Format.JSON if _FORMATS.get(PurePosixPath(name).suffix) is Format.JSON else Format.CSV
    return Format.LINES if _FORMATS.get(PurePosixPath(name).suffix) is Format.LINES else Format.JSON
