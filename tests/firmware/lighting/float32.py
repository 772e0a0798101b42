"""A module as an ESP32 computes it: every float literal, result of arithmetic and result of a call rounded to 24 bits.

CPython has doubles, and so has MicroPython's unix port: both would hide what single precision does.  Integer
arithmetic stays exact, as it is on MicroPython.
"""

import ast
import operator
import types
from array import array
from pathlib import Path

_OPERATORS = {
    "_Add": operator.add,
    "_Sub": operator.sub,
    "_Mult": operator.mul,
    "_Div": operator.truediv,
    "_FloorDiv": operator.floordiv,
    "_Mod": operator.mod,
}
_cell = array("f", [0.0])


def single(value):
    """*value* rounded to single precision."""
    _cell[0] = value
    return _cell[0]


def load(path):
    """The module at *path*, compiled so that it computes in single precision.  Raises OSError, SyntaxError."""
    tree = ast.fix_missing_locations(_Rounding().visit(ast.parse(Path(path).read_text())))
    module = types.ModuleType(Path(path).stem)
    module.__dict__.update(_OPERATORS, _arithmetic=_arithmetic, _call=_call)
    exec(compile(tree, str(path), "exec"), module.__dict__)
    return module


def _arithmetic(left, right, operate):
    """One operation: exact between integers (but for /), else both sides and the result are single."""
    if type(left) is int and type(right) is int and operate is not operator.truediv:
        return operate(left, right)
    return single(operate(single(left), single(right)))


def _call(function, *arguments):
    result = function(*[single(a) if type(a) is float else a for a in arguments])
    return single(result) if type(result) is float else result


class _Rounding(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant(single(node.value)) if isinstance(node.value, float) else node

    def visit_BinOp(self, node):
        self.generic_visit(node)
        return self._arithmetic(node.left, node.right, node.op)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name):
            raise SyntaxError("only names are assigned to with an operator in a module that computes")
        value = self._arithmetic(ast.Name(node.target.id, ast.Load()), node.value, node.op)
        return ast.Assign([node.target], value)

    def visit_Call(self, node):
        self.generic_visit(node)
        if node.keywords or not isinstance(node.func, ast.Name):
            raise SyntaxError("only plain calls of names are known in a module that computes")
        return ast.Call(ast.Name("_call", ast.Load()), [node.func, *node.args], [])

    def _arithmetic(self, left, right, op):
        operate = ast.Name("_" + type(op).__name__, ast.Load())
        return ast.Call(ast.Name("_arithmetic", ast.Load()), [left, right, operate], [])
