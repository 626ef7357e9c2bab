"""Health checks: at the root for load balancers, under /api/v1 for clients of the API."""

from fastapi import APIRouter

from app import VERSION
from app.models import Health

router = APIRouter(tags=["health"])


@router.get("/health", summary="Is the service up?")
async def health() -> Health:
    return Health(version=VERSION)
