"""A daemon with the fake worker."""

import sys
from pathlib import Path

from unleak.service.core import Core
from unleak.service.daemon import Serving, serve
from unleak.service.supervisor import Supervised

WORKER = (sys.executable, str(Path(__file__).with_name("fake_worker.py")))

if __name__ == "__main__":
    serve(Serving(), lambda: Core(start=lambda: Supervised(WORKER)))
