"""The `unleak` command: puts the commands together and maps errors to exit codes."""

import signal
import sys
import traceback
from types import FrameType
from typing import NoReturn

import typer
from typer.exceptions import TyperException

from unleak.commands import (
    bench,
    complete,
    confirm,
    demo,
    doctor,
    erase,
    gate,
    leaks,
    lsp,
    scan,
    suite,
    verify,
)
from unleak.core.errors import ExitCode, UnleakError

app = typer.Typer(
    help="Find secrets that a code model memorised, erase them from its weights, prove it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo.demo)
app.command()(scan.scan)
app.command()(complete.complete)
app.command()(confirm.confirm)
app.add_typer(leaks.app, name="leaks")
app.command()(erase.erase)
app.command()(verify.verify)
app.add_typer(suite.app, name="suite")
app.command()(gate.gate)
app.command()(lsp.lsp)
app.command()(doctor.doctor)
# All options behind the name are the script's, --help too.
_passed_on = {"allow_extra_args": True, "ignore_unknown_options": True}
app.command(add_help_option=False, context_settings=_passed_on)(bench.bench)


_INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> None:
    """Run the command line; every error is one line on standard error."""
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(_run())


def _run() -> int:
    try:
        # Not standalone: typer would answer some errors with exit code 1, which means a leak.
        code = app(standalone_mode=False)
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
