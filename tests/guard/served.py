"""Real servers on real sockets for the guard's tests: each in a thread with its own event loop."""

import asyncio
import contextlib
import socket
import threading

import hypercorn.asyncio
import hypercorn.config
import uvicorn


def listener():
    return socket.create_server(("127.0.0.1", 0))


@contextlib.contextmanager
def running(app):
    """Serve an ASGI application with uvicorn; gives its address."""
    config = uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    sock = listener()

    async def serve():
        await server.serve(sockets=[sock])
        if hasattr(app, "close"):
            await app.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        sock.close()


@contextlib.contextmanager
def running_http2(app, certificate, key):
    """Serve with hypercorn over TLS, where HTTP/2 is agreed on; gives its address."""
    config = hypercorn.config.Config()
    sock = listener()
    port = sock.getsockname()[1]
    config.bind = [f"fd://{sock.detach()}"]  # hypercorn closes it
    config.certfile, config.keyfile = str(certificate), str(key)
    config.accesslog = config.errorlog = None
    loops = []
    stop = []

    async def serve():
        stop.append(asyncio.Event())
        loops.append(asyncio.get_running_loop())
        ready.set()
        await hypercorn.asyncio.serve(app, config, shutdown_trigger=stop[0].wait)

    ready = threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait(10)
    try:
        yield f"https://127.0.0.1:{port}"
    finally:
        loops[0].call_soon_threadsafe(stop[0].set)
        thread.join(10)


class Upstream:
    """An ASGI model server that streams scripted chunks and remembers what happened.

    endless: goes on until the client has left.
    """

    def __init__(self, chunks=(), kind="text/event-stream", endless=b"", status=200):
        self.chunks, self.kind, self.endless, self.status = chunks, kind, endless, status
        self.left = threading.Event()
        self.sent = 0
        self.versions = []
        self.clients = set()
        self.headers = []

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        self.versions.append(scope["http_version"])
        self.clients.add(scope["client"])
        self.headers.append(dict(scope["headers"]))
        message = await receive()
        while message.get("more_body"):
            message = await receive()
        headers = [(b"content-type", self.kind.encode()), (b"x-upstream", b"yes")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        for chunk in self.chunks:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if self.endless:
            await self._go_on(receive, send)
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _go_on(self, receive, send):
        gone = asyncio.create_task(receive())
        try:
            while not gone.done():
                part = {"type": "http.response.body", "body": self.endless, "more_body": True}
                sending = asyncio.create_task(send(part))
                await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
                if not sending.done():
                    sending.cancel()
                    break
                self.sent += len(self.endless)
                await asyncio.sleep(0)
        finally:
            gone.cancel()
            self.left.set()
