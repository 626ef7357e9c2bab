"""One module per resource; `api` includes those of version 1."""

from fastapi import APIRouter

from app.routers import health, images

api = APIRouter(prefix="/api/v1")
api.include_router(health.router)
api.include_router(images.router)
