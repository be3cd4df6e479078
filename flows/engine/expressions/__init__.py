"""The expression language: CEL's shape, JSON values, decimals, fuel. See parser.py for its grammar."""

from flows.engine.expressions.compiled import Expression, Template
from flows.engine.expressions.errors import ExpressionError
from flows.engine.expressions.scope import Scope

__all__ = ["Expression", "ExpressionError", "Scope", "Template"]
