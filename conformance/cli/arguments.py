"""What stands on the command line is meant: an empty value is an unset variable, never a default."""

from __future__ import annotations

import typer
from typer.core import TyperCommand


class Verb(TyperCommand):
    """A verb that refuses what cannot be meant as a value of its options and arguments."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override] # typer hands over its own kind of context
        """Parse as typer does, after a look at each value: a `UsageError` names the option that has none."""
        from conformance.targets.variables import refuse_unmeant

        params = {param.name: param for param in self.get_params(ctx)}
        options = {name for param in params.values() for name in param.opts if name.startswith("--")}
        given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        for name, value in given.items():
            param = params[name]
            said = param.opts[0] if param.opts[0].startswith("-") else param.metavar or str(name).upper()
            refuse_unmeant(said, value, options)
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed
