"""A web server on loopback that takes what it is sent."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from aiohttp import web


@pytest.fixture
async def far_side():
    """A web server that keeps what it is sent, and answers as ``answers`` says, the last one on."""
    runners = []

    async def start(*answers: object, tls=None):
        pending = list(answers) or [(202, b"{}", {})]
        seen = SimpleNamespace(requests=[], url="", hang=asyncio.Event(), answers=pending)

        async def handle(request):
            body = await request.read()
            seen.requests.append(
                SimpleNamespace(
                    method=request.method,
                    path=request.path,
                    headers=request.headers,
                    body=body,
                    json=json.loads(body) if body.startswith(b"{") else None,
                )
            )
            answer = pending.pop(0) if len(pending) > 1 else pending[0]
            if answer == "hang":
                await seen.hang.wait()
                answer = (200, b"", {})
            if answer == "reset":
                request.transport.abort()
                return web.Response()
            status, said, headers = answer
            return web.Response(status=status, body=said, headers=headers)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        runners.append((runner, seen))
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        seen.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/take"
        return seen

    yield start
    for runner, seen in runners:
        seen.hang.set()
        await runner.cleanup()
