"""Expressions in metric queries: SEARCH, and arithmetic of other queries. It imports nothing of MiniStack.

Sources: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html and
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Series = dict[str, float]
"""Values by their timestamps."""

_SEARCH = re.compile(r"SEARCH\('\{([^}]*)\}\s*MetricName=\"([^\"]+)\"\s*',\s*'(\w+)'\s*(?:,\s*(\d+))?\)")
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class ExpressionError(Exception):
    """The expression is one that is not understood here; the message names it."""


@dataclass(frozen=True)
class Search:
    """A search for all metrics of a namespace and name that have exactly these dimensions. `period`: seconds."""

    namespace: str
    dimensions: frozenset[str]
    name: str
    statistic: str
    period: int


def parse_search(expression: str) -> Search | None:
    """Return the search in an expression; None for arithmetic. Raises ExpressionError."""
    text = expression.strip()
    found = _SEARCH.fullmatch(text)
    if found is None:
        if text.startswith("SEARCH"):
            raise ExpressionError(
                f"Expected SEARCH('{{namespace,dimensions}} MetricName=\"name\"', ...), found {text}."
            )
        return None
    namespace, *dimensions = (part.strip().strip('"') for part in found[1].split(","))
    return Search(namespace, frozenset(dimensions), found[2], found[3], int(found[4] or 300))


def calculate(expression: str, series: Mapping[str, Series]) -> Series:
    """Return the values of an arithmetic expression at each time at which all its series have one.

    `series`: those of the other queries by their ids. Raises ExpressionError.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"Expected arithmetic, found {expression}.") from error
    value = _value(tree, series, expression)
    if isinstance(value, dict):
        return value
    raise ExpressionError(f"Expected the id of a query in the expression, found {expression}.")


def _value(node: ast.expr, series: Mapping[str, Series], expression: str) -> Series | float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in series:
        return series[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _combined(operator.mul, -1.0, _value(node.operand, series, expression))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = (_value(side, series, expression) for side in (node.left, node.right))
        return _combined(_OPERATORS[type(node.op)], left, right)
    raise ExpressionError(f"Expected numbers, ids of queries and + - * /, found {expression}.")


def _combined(operate: Callable[[float, float], float], left: Series | float, right: Series | float) -> Series | float:
    if isinstance(left, float) and isinstance(right, float):
        return operate(left, right)
    times = [set(side) for side in (left, right) if isinstance(side, dict)]
    combined: Series = {}
    for time in sorted(set.intersection(*times)):
        values = [side[time] if isinstance(side, dict) else side for side in (left, right)]
        try:
            combined[time] = operate(*values)
        except ZeroDivisionError:
            # CloudWatch has no value where an expression divides by zero.
            continue
    return combined
