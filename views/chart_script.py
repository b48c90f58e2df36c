"""The charting library, served from the installed plotly package: nothing is fetched from afar.

Here is one route with one public file and nothing of a patient, so it asks for no token; browsers
may keep it, for its address carries the version.
"""

from __future__ import annotations

from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Route

LIBRARY_ROUTE = "/api/plotly.min.js"
LIBRARY_PATH = f"{LIBRARY_ROUTE}?v={plotly.__version__}"
_FILE = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_KEEP = "public, max-age=31536000, immutable"


async def _library(_request: Request) -> FileResponse:
    headers = {"cache-control": _KEEP}
    return FileResponse(_FILE, media_type="text/javascript; charset=utf-8", headers=headers)


def library_route() -> BaseRoute:
    """Return the route that serves plotly's script."""
    return Route(LIBRARY_ROUTE, _library)
