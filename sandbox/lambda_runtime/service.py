"""Run a deployed function: from what moto stores of it to what comes out of it."""

import json
import time
import uuid

from moto.awslambda.models import LambdaFunction

from sandbox import clock
from sandbox.cloudwatch.publish import put
from sandbox.iam.roles import Caller, assume, role_name
from sandbox.lambda_runtime.environment import Configuration, environment
from sandbox.lambda_runtime.logs import LogStream
from sandbox.lambda_runtime.outcome import Outcome
from sandbox.lambda_runtime.package import extracted
from sandbox.lambda_runtime.pool import Pool, ThrottledError
from sandbox.lambda_runtime.runtime_api import Invocation
from sandbox.lambda_runtime.worker import Worker
from sandbox.place import here


def invoke(function: LambdaFunction, payload: bytes) -> Outcome:
    """Run one event; ThrottledError beyond the reserved concurrency."""
    configuration = configured(function)
    reserved = function.reserved_concurrency
    try:
        with pool_of(function).worker(configuration, None if reserved is None else int(reserved)) as worker:
            return _run(worker, configuration, payload)
    except ThrottledError:
        _count(configuration.name, "Throttles", 1)
        raise


def configured(function: LambdaFunction) -> Configuration:
    """Return a function's configuration as it is now."""
    settings = [function.handler, function.memory_size, function.timeout, function.role, function.environment_vars]
    logging = function.get_configuration()["LoggingConfig"]
    settings.append(logging)
    fingerprint = json.dumps([function.code_sha_256, *settings, function.layers], sort_keys=True, default=str)
    return Configuration(
        name=function.function_name,
        arn=function.function_arn,
        handler=function.handler or "",
        version=str(function.version),
        runtime=function.run_time or "",
        memory=int(function.memory_size),
        timeout=float(function.timeout),
        region=function.region,
        variables={name: str(value) for name, value in function.environment_vars.items()},
        log_group=logging["LogGroup"],
        log_format=logging["LogFormat"],
        fingerprint=fingerprint,
    )


_pools: dict[str, Pool] = {}


def pool_of(function: LambdaFunction) -> Pool:
    """Return the pool of a function's processes."""
    return _pools.setdefault(function.function_arn, Pool(lambda configuration: _start(function, configuration)))


def forget(arn: str) -> None:
    """End the processes of a function that is deleted."""
    pool = _pools.pop(arn, None)
    if pool:
        pool.stop()


def stop() -> None:
    """End every process of every function."""
    while _pools:
        _pools.popitem()[1].stop()


def acts_as(function: LambdaFunction) -> Caller:
    """Name who a function is to IAM."""
    return Caller(role_name(function.role), function.function_name)


def _start(function: LambdaFunction, configuration: Configuration) -> Worker:
    place = here()
    caller = acts_as(function)
    root = extracted(function.code_bytes, function.code_sha_256, place.directory)
    stream = LogStream(configuration.log_group, configuration.version, caller)
    variables = environment(configuration, root, assume(function.role, configuration.name), place.url, stream.name)
    return Worker(configuration.handler, root, variables, stream.write)


def _run(worker: Worker, function: Configuration, payload: bytes) -> Outcome:
    request_id = str(uuid.uuid4())
    worker.await_start()
    worker.note(f"START RequestId: {request_id} Version: {function.version}")
    began = time.monotonic()
    deadline = clock.now() + function.timeout
    outcome = worker.invoke(Invocation(request_id, payload, function.arn, deadline), function.timeout)
    spent = (time.monotonic() - began) * 1000
    if b"Task timed out after" in outcome.payload and outcome.error:
        worker.note(f"{request_id} Task timed out after {function.timeout:.2f} seconds")
    worker.note(f"END RequestId: {request_id}")
    worker.note(f"REPORT RequestId: {request_id}\tDuration: {spent:.2f} ms\tMemory Size: {function.memory} MB")
    _count(function.name, "Invocations", 1)
    _count(function.name, "Errors", 1 if outcome.error else 0)
    _count(function.name, "Duration", spent, "Milliseconds")
    return outcome


def _count(function_name: str, metric: str, value: float, unit: str = "Count") -> None:
    put("AWS/Lambda", metric, {"FunctionName": function_name}, value, unit, clock.now())
