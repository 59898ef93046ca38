"""gate.html in a real browser."""

import shutil
import subprocess
from dataclasses import replace

import pytest
from PIL import Image

from unleak.ci.baseline import from_document
from unleak.ci.gate import run
from unleak.ci.reports import html_file
from unleak.models.load import load
from unleak.probe.local import LocalProber
from unleak.probe.reading import Ask

pytestmark = pytest.mark.slow  # needs Chromium, which make test does without


@pytest.fixture(scope="module")
def page(demo, planted_cases, fingerprinter, tiny_folder, tmp_path_factory):
    """A page with every part: leaks, an error, exposures, a comparison."""
    broken = replace(planted_cases[0], id="broken", prefix="import o")
    cases = [*planted_cases[::12], broken]
    tiny = run(LocalProber(load(str(tiny_folder))), cases, fingerprinter=fingerprinter)
    gate = run(
        LocalProber(demo, Ask(exposure=True, likelihood=True)),
        cases,
        fingerprinter=fingerprinter,
        baseline=from_document(tiny.as_json(), "tiny"),
    )
    path = tmp_path_factory.mktemp("page") / "gate.html"
    path.write_text(html_file.text(gate), "utf-8")
    return path


def shot(page, name, width, *, dark):
    """A screenshot; anything that the page would load from elsewhere fails."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    assert browser, "this test needs Chromium: apt-get install chromium"
    picture = page.with_name(f"{name}.png")
    subprocess.run(
        [
            browser,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={page.parent / name}",
            f"--blink-settings=preferredColorScheme={0 if dark else 1}",
            f"--window-size={width},2400",
            f"--screenshot={picture}",
            page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return Image.open(picture).convert("RGB")


def brightness(colour):
    return sum(colour) / 3


@pytest.mark.parametrize("width", [1100, 420])
def test_light_and_dark(page, width):
    light = shot(page, f"light-{width}", width, dark=False)
    dark = shot(page, f"dark-{width}", width, dark=True)
    assert brightness(light.getpixel((3, 3))) > 200
    assert brightness(dark.getpixel((3, 3))) < 60
    for picture in (light, dark):
        ground = picture.getpixel((3, 3))
        colours = picture.getcolors(picture.width * picture.height)
        # Text stands out from the ground, and there is red for what leaks.
        assert any(abs(brightness(c) - brightness(ground)) > 120 for n, c in colours if n > 200)
        assert any(c[0] > 1.5 * max(c[1], c[2], 1) and c[0] > 120 for n, c in colours if n > 50)
        # Nothing runs out of the page on the right.
        edge = {picture.getpixel((picture.width - 1, y)) for y in range(picture.height)}
        assert edge == {ground}
