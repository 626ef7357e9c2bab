"""Settings, read from environment variables that start with ANALYZER_."""

from functools import lru_cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings that operators can change without changing code."""

    model_config = SettingsConfigDict(env_prefix="ANALYZER_")

    title: str = "Image analyzer"
    greeting: str = "Send a picture to POST /api/v1/images/analyze"
    thumbnail_edge_pixels: int = Field(default=64, ge=16, le=512)
    # An event has at most 6 MB, and base64 makes an image a third larger.
    max_image_bytes: int = Field(default=4_500_000, gt=0)
    max_image_pixels: int = Field(default=40_000_000, gt=0)


@lru_cache
def get_settings() -> Settings:
    """The settings of this execution environment, read once."""
    return Settings()
