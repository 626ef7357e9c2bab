"""What the API answers with."""

from pydantic import BaseModel


class Health(BaseModel):
    """The service is up, and which build of it this is."""

    status: str = "ok"
    version: str


class Size(BaseModel):
    """Width and height in pixels."""

    width: int
    height: int


class Analysis(BaseModel):
    """What is known about a picture, and a small copy of it."""

    format: str
    size: Size
    mean_color: str
    thumbnail_size: Size
    thumbnail_jpeg_base64: str
