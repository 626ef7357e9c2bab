"""Image analysis with Pillow, independent of HTTP."""

import base64
import io

from PIL import Image, ImageStat, UnidentifiedImageError

from app.models import Analysis, Size

ACCEPTED_FORMATS = ("JPEG", "PNG", "WEBP")


class UnreadableImage(ValueError):
    """The bytes are not an image in a supported format."""


def analyze(data: bytes, thumbnail_edge_pixels: int, max_pixels: int) -> Analysis:
    """Analyzes the image in `data`; raises `UnreadableImage` if it is not one."""
    image = _open(data, max_pixels)
    picture = image.convert("RGB")
    thumbnail = picture.copy()
    thumbnail.thumbnail((thumbnail_edge_pixels, thumbnail_edge_pixels))
    return Analysis(
        format=image.format,
        size=_size(image),
        mean_color=_mean_color(picture),
        thumbnail_size=_size(thumbnail),
        thumbnail_jpeg_base64=base64.b64encode(_jpeg(thumbnail)).decode("ascii"),
    )


def _open(data: bytes, max_pixels: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=ACCEPTED_FORMATS)
        # Before load(): the header is enough to compute the memory of the pixels.
        if image.width * image.height > max_pixels:
            raise UnreadableImage(f"The picture has more than {max_pixels} pixels.")
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImage(f"The body is no readable {', '.join(ACCEPTED_FORMATS)} picture.") from error
    return image


def _mean_color(picture: Image.Image) -> str:
    return "#" + "".join(f"{round(mean):02x}" for mean in ImageStat.Stat(picture).mean)


def _jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=85)
    return buffer.getvalue()


def _size(image: Image.Image) -> Size:
    return Size(width=image.width, height=image.height)
