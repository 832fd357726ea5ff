"""Make the site light: without files, colours and letters that no page shows."""

import io
import re
import zipfile
from base64 import b64decode, b64encode
from pathlib import Path

from PIL import Image

from nltrade.charts.embed import cut

SPARE = ("*.map", "*brands*.woff2", "webpack-macros.html")  # for who changes the theme
COLOURS = 32  # a figure has a dozen, and the steps between them at its edges
IMAGE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=\s]+)")
FACE = re.compile(r"data:font/woff;base64,([A-Za-z0-9+/=]+)")
# What the panel of a notebook would begin with, were there a kernel: the page shows its picture.
STATE = re.compile(
    r'<script type="application/vnd\.jupyter\.widget-state\+json">.*?</script>', flags=re.S
)


def lighten(site: Path) -> None:
    """Take from a site that is built what makes it heavy, and nothing that can be seen."""
    for pattern in SPARE:
        for path in (site / "_static").rglob(pattern):
            path.unlink()
    for path in site.rglob("*.png"):
        path.write_bytes(_few_colours(path.read_bytes()))
    for path in site.rglob("*.html"):
        text = STATE.sub("", path.read_text(encoding="utf-8"))
        text = IMAGE.sub(_image, text)
        letters = set(FACE.sub("", text))
        text = FACE.sub(lambda found, used=letters: _face(found, used), text)
        path.write_text(text, encoding="utf-8")
    for ending in ("docx", "pptx"):
        for path in site.rglob(f"*.{ending}"):
            _repack(path)


def _image(found: re.Match[str]) -> str:
    image = _few_colours(b64decode(found[1]))
    return "data:image/png;base64," + b64encode(image).decode("ascii")


def _face(found: re.Match[str], letters: set[str]) -> str:
    """Write a typeface again, with the letters of its page alone."""
    return cut(b64decode(found[1]), map(ord, letters))


def _few_colours(image: bytes) -> bytes:
    """Write a PNG with a palette; as it was where that is no smaller."""
    with Image.open(io.BytesIO(image)) as drawn:
        flat = Image.new("RGB", drawn.size, "white")
        flat.paste(drawn, mask=drawn.convert("RGBA").getchannel("A"))
        target = io.BytesIO()
        few = flat.quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(target, "PNG", optimize=True, dpi=drawn.info.get("dpi", (72, 72)))
    return min(image, target.getvalue(), key=len)


def _repack(path: Path) -> None:
    """Write a Word or PowerPoint file again, with its images in few colours."""
    with zipfile.ZipFile(path) as whole:
        parts = {part: whole.read(part) for part in whole.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for part, content in parts.items():
            image = part.filename.endswith(".png")
            target.writestr(part, _few_colours(content) if image else content, zipfile.ZIP_DEFLATED)
