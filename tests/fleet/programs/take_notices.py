"""A far side that writes down who told it what: the last part of the address is the member.

Arguments: where to listen, and the file to write to.
"""

import sys
import time
from pathlib import Path

from aiohttp import web

PORT = 8081


def application(file: Path) -> web.Application:
    async def take(request: web.Request) -> web.Response:
        notice = await request.json()
        words = [notice["id"], notice["phase"], str(notice["alarms"][0]["entry_point"])]
        with file.open("a") as out:
            print(f"{time.time():.3f}", request.match_info["member"], *words, file=out)
        return web.Response(status=202)

    app = web.Application()
    app.router.add_post("/{member}", take)
    return app


if __name__ == "__main__":
    web.run_app(application(Path(sys.argv[2])), host=sys.argv[1], port=PORT, print=None)
