"""Opens one picture in a process of its own, whose memory and time are counted. Run as a script; knows only Pillow.

stdin: one line of JSON (`Wanted` of pictures.py), then the picture. stdout: one line of JSON, then the small picture.
A decoder that is led astray, or a picture that unfolds without end, takes this process with it and nothing else.
"""

import io
import json
import resource
import sys
from typing import Any

MEMORY = 1024 * 1024 * 1024
SECONDS = 20


def main() -> None:
    """Read, open, shrink, answer."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    wanted = json.loads(sys.stdin.buffer.readline())
    try:
        told, picture = _work(wanted, sys.stdin.buffer.read())
    except MemoryError:
        told, picture = {"refused": "too_many_pixels"}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + picture)


def _work(wanted: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = wanted["most_pixels"]
    try:
        image: Any = Image.open(io.BytesIO(data), formats=wanted["formats"])
        if image.width * image.height > wanted["most_pixels"]:
            return {"refused": "too_many_pixels"}, b""
        told = {"is_animated": bool(getattr(image, "is_animated", False)), "format": image.format}
        edge, full = wanted["edge"], image.size
        # A large JPEG is read at a fraction of its size, which needs a fraction of its memory.
        image.draft("RGB", (edge, edge))
        width, height = image.size
        image.load()
        image = ImageOps.exif_transpose(image)
    except Image.DecompressionBombError:
        return {"refused": "too_many_pixels"}, b""
    except MemoryError:
        raise
    except Exception:  # a damaged file may raise anything
        return {"refused": "unreadable"}, b""
    is_turned = (image.width > image.height) != (width > height)
    told["width"], told["height"] = full[::-1] if is_turned else full
    image.thumbnail((edge, edge))
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    if wanted["save_as"] == "JPEG":
        image = _on_white(image) if has_alpha else image.convert("RGB")
    else:
        image = image.convert("RGBA" if has_alpha else "RGB")
    made = io.BytesIO()
    image.save(made, wanted["save_as"], quality=wanted["quality"])
    return {**told, "made_width": image.width, "made_height": image.height}, made.getvalue()


def _on_white(image: Any) -> Any:
    from PIL import Image

    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


if __name__ == "__main__":
    main()
