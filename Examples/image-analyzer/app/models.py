"""The API's responses."""

from pydantic import BaseModel


class Health(BaseModel):
    """Health and version of the service."""

    status: str = "ok"
    version: str


class Size(BaseModel):
    """Width and height in pixels."""

    width: int
    height: int


class Analysis(BaseModel):
    """The properties of an image, and its thumbnail."""

    format: str
    size: Size
    mean_color: str
    thumbnail_size: Size
    thumbnail_jpeg_base64: str
