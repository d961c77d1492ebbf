"""The items of a Map state: where they come from, how they are batched, and the input that each one becomes.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html and the pages on ItemSelector
and ItemBatcher.
"""

import json
from collections.abc import Iterator
from typing import Any

from ministack.services import stepfunctions

from emulator.ministack.stepfunctions.internals import ExecutionError
from emulator.ministack.stepfunctions.jsonata import evaluate_template, failure, typed_field
from emulator.ministack.stepfunctions.sdk_calls import call_sdk
from emulator.ministack.stepfunctions.walk import Context

State = dict[str, Any]
NOT_ITERABLE = "Attempting to map over non-iterable node."


def is_jsonata(state: State, context: Context) -> bool:
    return bool(stepfunctions._state_query_language(state, context) == "JSONata")


def given_items(state: State, data: Any, context: Context) -> list[Any]:
    """Return the items that a state takes from its input. Raises ExecutionError when they are no array."""
    if is_jsonata(state, context):
        if "Items" in state:
            items: list[Any] = typed_field(state, "Items", "array", data, context)
            return items
        if not isinstance(data, list):
            raise failure(f"Map state input must be an array but was: {_compact(data)}", context, "")
        return data
    effective = stepfunctions._apply_input_path(state, data, context)
    path = state.get("ItemsPath", "$")
    found = stepfunctions._resolve_path_or_ctx(path, effective, context)
    if not isinstance(found, list):
        cause = f'Reference path "{path}" must point to array.'
        raise ExecutionError("States.Runtime", cause)
    return found


def read_items(state: State, data: Any, context: Context, role_arn: str) -> list[Any]:
    """Return the items that a state reads from S3, in the machine's role. Raises States.ItemReaderFailed."""
    reader = state["ItemReader"]
    config = reader.get("ReaderConfig", {})
    if is_jsonata(state, context):
        arguments = evaluate_template(reader.get("Arguments", {}), data, context, location="ItemReader/Arguments")
        limit = evaluate_template(config.get("MaxItems"), data, context, location="ItemReader/ReaderConfig/MaxItems")
    else:
        effective = stepfunctions._apply_input_path(state, data, context)
        arguments = stepfunctions._resolve_params_obj(reader.get("Parameters", {}), effective, context)
        path = config.get("MaxItemsPath")
        limit = stepfunctions._resolve_path_or_ctx(path, effective, context) if path else config.get("MaxItems")
    try:
        items = list(_listed(arguments, role_arn)) if "listObjects" in reader["Resource"] else None
        if items is None:
            text = call_sdk(role_arn, "s3", "GetObject", arguments)["Body"]
            items = stepfunctions._parse_reader_items(text, config)
    except ExecutionError as error:
        raise ExecutionError("States.ItemReaderFailed", error.cause) from error
    except (ValueError, LookupError) as error:
        raise ExecutionError("States.ItemReaderFailed", str(error)) from error
    if not isinstance(items, list):
        raise ExecutionError("States.ItemReaderFailed", NOT_ITERABLE)
    return items[: int(limit)] if limit else items


def _listed(arguments: dict[str, Any], role_arn: str) -> Iterator[dict[str, Any]]:
    token: dict[str, Any] = {}
    while True:
        page = call_sdk(role_arn, "s3", "ListObjectsV2", {**arguments, **token})
        for each in page.get("Contents", []):
            yield {"Etag": each.pop("ETag", ""), **each}
        if not page.get("IsTruncated"):
            return
        token = {"ContinuationToken": page["NextContinuationToken"]}


def inputs_of(state: State, items: list[Any], data: Any, context: Context) -> list[Any]:
    """Return the input of each iteration: an item, what ItemSelector makes of it, or a batch of those."""
    selected = [_selected(state, index, item, data, context) for index, item in enumerate(items)]
    batcher = state.get("ItemBatcher")
    if batcher is None:
        return selected
    size = int(_batch_size(state, batcher, data, context) or len(selected) or 1)
    common = {"BatchInput": _batch_input(state, batcher, data, context)} if "BatchInput" in batcher else {}
    return [{**common, "Items": selected[first : first + size]} for first in range(0, len(selected), size)]


def with_item(context: Context, index: int, item: Any) -> Context:
    """Return a copy of the context, with an item."""
    own = {**context, "variables": dict(context["variables"])}
    own["Map"] = {"Item": {"Index": index, "Value": item}}
    return own


def _selected(state: State, index: int, item: Any, data: Any, context: Context) -> Any:
    selector = state.get("ItemSelector") or state.get("Parameters")
    if not selector:
        return item
    own = with_item(context, index, item)
    if is_jsonata(state, context):
        return evaluate_template(selector, data, own, location="ItemSelector")
    return stepfunctions._resolve_params_obj(selector, stepfunctions._apply_input_path(state, data, context), own)


def _batch_size(state: State, batcher: dict[str, Any], data: Any, context: Context) -> Any:
    if is_jsonata(state, context):
        place = "ItemBatcher/MaxItemsPerBatch"
        return evaluate_template(batcher.get("MaxItemsPerBatch"), data, context, location=place)
    if "MaxItemsPerBatchPath" in batcher:
        return stepfunctions._resolve_path_or_ctx(batcher["MaxItemsPerBatchPath"], data, context)
    return batcher.get("MaxItemsPerBatch")


def _batch_input(state: State, batcher: dict[str, Any], data: Any, context: Context) -> Any:
    if is_jsonata(state, context):
        return evaluate_template(batcher["BatchInput"], data, context, location="ItemBatcher/BatchInput")
    return stepfunctions._resolve_params_obj(batcher["BatchInput"], data, context)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
