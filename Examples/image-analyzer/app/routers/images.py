"""/api/v1/images: the image is the request's raw body."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, status

from app.models import Analysis
from app.services.images import UnreadableImage, analyze
from app.settings import Settings, get_settings

router = APIRouter(prefix="/images", tags=["images"])


@router.post("/analyze", summary="Size, format and mean colour of a picture, with a thumbnail")
async def analyze_image(request: Request, settings: Annotated[Settings, Depends(get_settings)]) -> Analysis:
    data = await request.body()
    if not data:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "The body is empty; send a picture.")
    if len(data) > settings.max_image_bytes:
        raise HTTPException(413, f"The picture is over {settings.max_image_bytes} bytes.")
    try:
        return analyze(data, settings.thumbnail_edge_pixels, settings.max_image_pixels)
    except UnreadableImage as error:
        raise HTTPException(status.HTTP_415_UNSUPPORTED_MEDIA_TYPE, str(error)) from error
