"""The `unleak` command: puts the commands together and maps errors to exit codes."""

import gc
import signal
import sys
import traceback
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from unleak.core.errors import ExitCode, UnleakError

if TYPE_CHECKING:
    import typer

_COMMANDS = (
    "demo", "scan", "complete", "confirm", "leaks", "erase", "verify", "suite", "gate", "guard",
    "hook", "lsp", "engine", "models", "doctor", "bench",
)  # fmt: skip
# All options behind the name are the script's, --help too.
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def _application(first: str) -> "typer.Typer":
    """The command that is called, or all of them: what a scan does not need costs it no time."""
    import typer

    app = typer.Typer(
        help=_HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_group)
    for name in (first,) if first in _COMMANDS else _COMMANDS:
        module = import_module(f"unleak.commands.{name}")
        if name == "bench":
            app.command(add_help_option=False, context_settings=_PASSED_ON)(module.bench)
        elif hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command()(getattr(module, name))
    return app


def _group() -> None:
    pass  # with one command only, typer would not expect its name


_HELP = "Find secrets that a code model memorised, erase them from its weights, prove it."
_INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line; every error is one line on standard error."""
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(_run())


def _run() -> int:
    if sys.argv[1:] == ["lsp"]:
        return _lsp()
    import typer
    from typer.exceptions import TyperException

    try:
        # Not standalone: typer would answer some errors with exit code 1, which means a leak.
        code = _application(sys.argv[1] if len(sys.argv) > 1 else "")(standalone_mode=False)
    except UnleakError as error:
        return _fail(str(error), error.exit_code)
    except TyperException as error:
        message = error.format_message()
        if message.startswith("Usage:"):  # called without arguments
            print(message)
            return ExitCode.USAGE
        return _fail(message, ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    except ModuleNotFoundError as error:
        if error.name in {"torch", "transformers", "safetensors"}:
            return _fail(
                f"{error.name} is not installed: pip install 'unleak[engine]'",
                ExitCode.NOT_EVALUATED,
            )
        return _crash(error)
    except BrokenPipeError:
        return ExitCode.NOT_EVALUATED
    except Exception as error:  # the last resort; see _crash
        return _crash(error)
    if code == _INTERRUPTED:
        return _fail("interrupted; nothing was changed", ExitCode.NOT_EVALUATED)
    return code if isinstance(code, int) else ExitCode.CLEAN


def _lsp() -> int:
    """The one command that a person waits for with every window: without options, no parser."""
    gc.disable()  # nothing of what is imported is garbage; the server switches it on again
    try:
        from unleak.lsp.server import start

        start()
    except UnleakError as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return _fail("interrupted; nothing was changed", ExitCode.NOT_EVALUATED)
    except Exception as error:  # the last resort; see _crash
        return _crash(error)
    return ExitCode.CLEAN


def _fail(message: str, code: int) -> int:
    print(f"unleak: {message}", file=sys.stderr)
    return int(code)


def _crash(error: Exception) -> int:
    """A defect. Only the place is shown: the message and the frames may hold a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    return _fail(
        f"internal error ({type(error).__name__} at {place}); please report it",
        ExitCode.NOT_EVALUATED,
    )


if __name__ == "__main__":
    main()
