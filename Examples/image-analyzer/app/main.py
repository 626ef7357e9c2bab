"""The application, and `handler`, which Lambda calls: `app.main.handler`."""

from fastapi import FastAPI
from mangum import Mangum

from app import VERSION
from app.routers import api, health
from app.settings import get_settings


def create_app() -> FastAPI:
    """Builds the application from this environment's settings."""
    settings = get_settings()
    app = FastAPI(
        title=settings.title,
        version=VERSION,
        docs_url="/api/v1/docs",
        openapi_url="/api/v1/openapi.json",
        redoc_url=None,
    )
    app.include_router(health.router)
    app.include_router(api)

    @app.get("/", summary="What this service is")
    async def root() -> dict[str, str]:
        return {"service": settings.title, "version": VERSION, "message": settings.greeting}

    return app


app = create_app()

# Converts API Gateway's events and responses; the application has no lifespan handlers.
handler = Mangum(app, lifespan="off")
